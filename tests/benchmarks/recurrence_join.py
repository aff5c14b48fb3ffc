"""The recurrence join beside other engines on one corpus, each in a process of its own with two threads.

An engine is asked once for each object, as wide as it takes to find .999 of the pairs of an exactly compared
sample; finding out how wide is not counted, building the index is. Ours counts everything, its own
measurement of recall included, and goes on until the lower end of its interval is .999.

python tests/benchmarks/recurrence_join.py [--objects 1000000] [--dimension 64] [--rounds 1] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch

from join_truth import Recall, sampled_truth
from planted_recurrences import write_planted
from process_memory import run_watched

ENGINES = ("ours-float32", "ours-bfloat16", "exact", "flat", "ivf", "hnsw", "usearch", "qdrant-edge")
SHORT = ("train", "add", "optimize", "read", "sample", "cells", "compare", "edges", "search")
Row = dict[str, Any]


def measure(engine: str, files: tuple[Path, Path, Path], part: int | None) -> Row:
    """One engine's figures. Raises SystemExit if it ends badly."""
    vectors, photo_keys, truth = map(str, files)
    script = str(Path(__file__).with_name("measured_join.py"))
    command = [sys.executable, script, engine, vectors, photo_keys, "--truth", truth]
    run = run_watched(command + (["--part", str(part)] if part else []))
    if run.code:
        raise SystemExit(f"{engine} ended with {run.code}")
    row: Row = json.loads(run.output.splitlines()[-1])
    total = row["seconds"].pop("total", None) or sum(row["seconds"].values())
    return {"engine": engine, "total": total, "anonymous": run.anonymous, "resident": run.resident, **row}


def bare_products(dimension: int, pairs: int) -> dict[str, float]:
    """Seconds that so many products of two vectors take as nothing but matrix multiplication."""
    return {str(kind).removeprefix("torch."): pairs / _products_a_second(dimension, kind)
            for kind in (torch.float32, torch.bfloat16)}  # fmt: skip


def _products_a_second(dimension: int, kind: torch.dtype) -> float:
    """Of the best of some block sizes, which small results in cache favour."""
    best = 0.0
    for block in (256, 512, 1024, 2048):
        rows = torch.randn(block, dimension).to(kind)
        columns, result = rows.T.contiguous(), torch.empty(block, block, dtype=kind)
        rounds = max(1, int(3e10 / (2 * dimension * block**2)))
        torch.mm(rows, columns, out=result)
        start = time.perf_counter()
        for _ in range(rounds):
            torch.mm(rows, columns, out=result)
        best = max(best, rounds * block**2 / (time.perf_counter() - start))
    return best


def table(rows: list[Row], base: str) -> str:
    """Markdown. Ratios are to our engine named ``base``."""
    ours = next((row["total"] for row in rows if row["engine"] == base), None)
    heads = ("engine", "parameters", "total, s", "of it", "recall (95 %)", "edges", "own / resident GB")
    lines = [f"| {' | '.join(heads)} | times {base} |", "|---" * (len(heads) + 1) + "|"]
    for row in rows:
        recall = Recall(*(row["recall"][name] for name in ("found", "pairs", "low", "high")))
        phases = ", ".join(f"{name} {row['seconds'][name]:.1f}" for name in _phases(row))
        scaled = f" ({row['scaled']})" if row.get("scaled") else ""
        memory = f"{row['anonymous'] / 1e9:.1f} / {row['resident'] / 1e9:.1f}"
        ratio = f"{row['total'] / ours:.1f}" if ours else ""
        edges = f"{row['edges']:,}" if row.get("edges") is not None else ""
        lines.append(f"| {row['engine']} | {row['parameters']}{scaled} | {row['total']:.1f} | {phases} | "
                     f"{recall} | {edges} | {memory} | {ratio} |")  # fmt: skip
    return "\n".join(lines)


def _phases(row: Row) -> list[str]:
    return sorted(row["seconds"], key=lambda name: SHORT.index(name) if name in SHORT else len(SHORT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=1, help="of which the median total is shown")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--exact-objects", type=int, default=100_000, help="exact on so many, scaled by n^2")
    parser.add_argument("--hnsw-objects", type=int, default=200_000, help="graphs on so many, scaled n log n")
    parser.add_argument("--edge-objects", type=int, default=100_000, help="the same for qdrant-edge")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="make or use the corpus in this folder and leave it")
    parser.add_argument("--json", type=Path, help="where the figures go too")
    options = parser.parse_args()
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as scratch:
        rows = _measured(options.keep or Path(scratch), options)
    compared = next((row["report"]["compared_pairs"] for row in rows if "report" in row), 0)
    bare = bare_products(options.dimension, compared)
    print(
        f"\n{options.objects:,} objects of {options.dimension} numbers\n\n{table(rows, rows[0]['engine'])}\n"
    )
    if compared:
        said = ", ".join(f"{kind} {seconds:.2f} s" for kind, seconds in bare.items())
        print(f"as many products, {compared / 1e9:.2f} G, and nothing else: {said}")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "bare_products": bare}, indent=1))


def _measured(folder: Path, options: argparse.Namespace) -> list[Row]:
    vectors, photo_keys = write_planted(folder, options.objects, options.dimension, options.seed)
    truth = vectors.with_name(vectors.stem + "-truth.npz")
    if not truth.exists():
        found = sampled_truth(np.load(vectors, mmap_mode="r"), np.load(photo_keys))
        np.savez(truth, left=found.left, right=found.right)
    parts = {"exact": options.exact_objects, "qdrant-edge": options.edge_objects}
    parts |= dict.fromkeys(("hnsw", "usearch"), options.hnsw_objects)
    found_by: dict[str, list[Row]] = {}
    for _ in range(options.rounds):
        for engine in options.engines:
            row = measure(engine, (vectors, photo_keys, truth), parts.get(engine))
            print(f"{engine}: {row['total']:.1f} s", file=sys.stderr)
            found_by.setdefault(engine, []).append(row)
    return [_median(rows) for rows in found_by.values()]


def _median(rows: list[Row]) -> Row:
    """The round whose total is the median, the slower of two."""
    middle = statistics.median_high(row["total"] for row in rows)
    return next(row for row in rows if row["total"] == middle)


if __name__ == "__main__":
    main()
