"""One engine on one corpus, in a process of its own: what ``recurrence_join.py`` runs for each. Prints JSON.

python tests/benchmarks/measured_join.py ENGINE VECTORS PHOTO_KEYS [--part OBJECTS]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch

from join_truth import BAND, Floats, Indices, Truth, in_band, pair_codes, sampled_truth

SOME = 20_000
"""Queries that say how long all take."""
FEW = 2_000
"""The same for engines that are slow to ask."""
Measured = dict[str, Any]


def ours(arithmetic: str) -> Callable[[Floats, Indices, Truth], Measured]:
    def measure(vectors: Floats, photo_keys: Indices, truth: Truth) -> Measured:
        from index.comparing.options import JoinOptions
        from index.join import recurrence_join

        start = time.perf_counter()
        join = recurrence_join(vectors, photo_keys, *BAND, options=JoinOptions(arithmetic=arithmetic))
        total = time.perf_counter() - start
        edges, report = join.edges, join.report.as_dict()
        return {
            "parameters": f"{report['cells']} cells, margin {report['margin']:.3f}",
            "seconds": {**report["seconds"], "total": total},
            "recall": truth.recall(edges.left, edges.right).as_dict(),
            "edges": len(edges),
            "report": report,
        }

    return measure


def exact(vectors: Floats, photo_keys: Indices, truth: Truth) -> Measured:
    from index.exact import edges_in_band

    start = time.perf_counter()
    edges = edges_in_band(vectors, photo_keys, *BAND)
    seconds = {"search": time.perf_counter() - start}
    recall = truth.recall(edges.left, edges.right).as_dict()
    return {"parameters": "all pairs", "seconds": seconds, "recall": recall, "edges": len(edges)}


def flat(vectors: Floats, photo_keys: Indices, truth: Truth) -> Measured:
    from join_engines import Flat

    return _asked(Flat(vectors), 0, truth, _some(len(vectors), FEW))


def ivf(vectors: Floats, photo_keys: Indices, truth: Truth) -> Measured:
    from join_engines import timed, tuned_ivf

    engine, width = tuned_ivf(vectors, truth, _some(len(vectors), SOME))
    found: list[tuple[Indices, Indices]] = []
    everything = np.arange(len(vectors))
    seconds = engine.seconds | {"search": timed(lambda: found.append(engine.search(everything, width)))}
    codes = pair_codes(*found[0], len(vectors))
    edges = in_band(vectors, photo_keys, codes // len(vectors), codes % len(vectors))
    return {
        "parameters": f"{engine.parameters}, nprobe {width}",
        "seconds": seconds,
        "recall": truth.recall(*edges).as_dict(),
        "edges": len(edges[0]),
    }


def graph(name: str) -> Callable[[Floats, Indices, Truth], Measured]:
    def measure(vectors: Floats, photo_keys: Indices, truth: Truth) -> Measured:
        from join_edge import QdrantEdge
        from join_engines import Hnsw, Usearch, enough

        engine = {"hnsw": Hnsw, "usearch": Usearch, "qdrant-edge": QdrantEdge}[name](vectors)
        return _asked(engine, enough(engine, truth), truth, _some(len(vectors), FEW))

    return measure


ENGINES: dict[str, Callable[[Floats, Indices, Truth], Measured]] = {
    "ours-float32": ours("float32"),
    "ours-bfloat16": ours("bfloat16"),
    "exact": exact,
    "flat": flat,
    "ivf": ivf,
    "hnsw": graph("hnsw"),
    "usearch": graph("usearch"),
    "qdrant-edge": graph("qdrant-edge"),
}


def _some(objects: int, count: int) -> Indices:
    return np.sort(np.random.default_rng(5).choice(objects, min(objects, count), replace=False))


def _asked(engine: Any, width: int, truth: Truth, some: Indices) -> Measured:
    """Time of some queries, scaled to one for each object; recall as all of them would have it."""
    from join_engines import timed

    searching = timed(lambda: engine.search(some, width)) * truth.objects / len(some)
    return {
        "parameters": engine.parameters + (f", width {width}" if width else ""),
        "seconds": engine.seconds | {"search": searching},
        "recall": truth.recall(*engine.search(truth.ends, width)).as_dict(),
        "scaled": f"search from {len(some)} of {truth.objects} queries",
    }


def scaled_up(measured: Measured, part: int, objects: int, engine: str) -> Measured:
    """What a corpus of ``part`` objects took as ``objects`` would take, said so in ``scaled``."""
    larger = objects / part
    growth, rule = (larger**2, "n^2") if engine in {"exact", "flat"} else (
        larger * math.log(objects) / math.log(part), "n log n")  # fmt: skip
    seconds = {name: value * growth for name, value in measured["seconds"].items()}
    said = f"by {rule} from {part} objects"
    said = f"{measured['scaled']}, {said}" if "scaled" in measured else said
    return {**measured, "seconds": seconds, "scaled": said, "edges": None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=sorted(ENGINES))
    parser.add_argument("vectors", type=Path)
    parser.add_argument("photo_keys", type=Path)
    parser.add_argument(
        "--truth", type=Path, help="pairs to be found; without it, or with --part, looked for here"
    )
    parser.add_argument("--part", type=int, help="only the first so many objects, scaled up")
    options = parser.parse_args()
    torch.set_num_threads(2)
    mapped = np.load(options.vectors, mmap_mode="r")
    part = min(options.part or len(mapped), len(mapped))
    in_place = options.engine.startswith("ours")
    vectors = mapped[:part] if in_place else np.array(mapped[:part])
    photo_keys = np.load(options.photo_keys)[:part]
    if options.truth and part == len(mapped):
        truth = Truth(**np.load(options.truth), objects=part)
    else:
        truth = sampled_truth(vectors, photo_keys)
    measured = ENGINES[options.engine](vectors, photo_keys, truth)
    if part < len(mapped):
        measured = scaled_up(measured, part, len(mapped), options.engine)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
