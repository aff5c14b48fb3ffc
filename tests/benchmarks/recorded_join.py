"""One join of very many objects, in as many goes as it takes: run it again after a kill.

The corpus is made once and stays in the folder, beside what the join has finished, its edges and a file for
each go with its time and memory. The sum over the goes is printed, and the share of pairs found of a
sample that is compared exactly here, apart from the join's own.

python tests/benchmarks/recorded_join.py --objects 10000000 --dimension 64 --to DIR
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch

from index.comparing.options import JoinOptions
from index.join import recurrence_join
from join_truth import BAND, Floats, Indices, Truth, sampled_truth
from planted_recurrences import corpus_files
from process_memory import memory_of

LOOK_SECONDS = 0.2


class Go:
    """Writes down while it lasts how far this run has come, so that a kill loses a second of it."""

    def __init__(self, file: Path) -> None:
        self.file, self.phase, self.begun = file, "read", time.perf_counter()
        self.figures: dict[str, Any] = {"seconds": 0.0, "processor": 0.0, "phases": {}}
        self.figures |= {"anonymous": 0, "resident": 0}
        self._ends = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Go:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._watch.join()

    def on_progress(self, phase: str, done: int, total: int) -> None:
        self.phase = phase

    def _look(self) -> None:
        ended, last = False, 0.0
        while not ended:
            ended = self._ends.wait(LOOK_SECONDS)
            memory, seconds = memory_of("self"), time.perf_counter() - self.begun
            phases = self.figures["phases"]
            phases[self.phase] = phases.get(self.phase, 0.0) + seconds - self.figures["seconds"]
            self.figures["seconds"], self.figures["processor"] = seconds, time.process_time()
            for name, field in (("anonymous", "RssAnon"), ("resident", "VmHWM")):
                self.figures[name] = max(self.figures[name], memory[field])
            if ended or seconds - last >= 1:
                last = seconds
                unfinished = self.file.with_suffix(".new")
                unfinished.write_text(json.dumps(self.figures))
                unfinished.rename(self.file)


def joined(folder: Path, vectors: Floats, photo_keys: Indices, options: JoinOptions) -> dict[str, Any]:
    """Run or go on with the join and keep its edges and report in the folder."""
    number = len(list(folder.glob("go-*.json"))) + 1
    with Go(folder / f"go-{number:03}.json") as go:
        join = recurrence_join(
            vectors,
            photo_keys,
            *BAND,
            options=options,
            scratch=folder / "scratch",
            on_progress=go.on_progress,
        )
    edges, report = join.edges, join.report.as_dict()
    np.savez(folder / "edges.npz", left=edges.left, right=edges.right)
    (folder / "report.json").write_text(json.dumps(report, indent=1))
    return report


def summary(folder: Path, objects: int, report: dict[str, Any], truth: Truth) -> dict[str, Any]:
    goes = [json.loads(file.read_text()) for file in sorted(folder.glob("go-*.json"))]
    seconds = sum(go["seconds"] for go in goes)
    with np.load(folder / "edges.npz") as edges:
        left, right = edges["left"], edges["right"]
    neighbours = np.bincount(left, minlength=objects) + np.bincount(right, minlength=objects)
    return {
        "objects": objects,
        "goes": len(goes),
        "seconds": round(seconds, 1),
        "microseconds_per_object": round(seconds / objects * 1e6, 2),
        "processor_seconds": round(sum(go["processor"] for go in goes), 1),
        "phases_of_each_go": [{name: round(value, 1) for name, value in go["phases"].items()} for go in goes],
        "own_gb": round(max(go["anonymous"] for go in goes) / 1e9, 2),
        "resident_gb": round(max(go["resident"] for go in goes) / 1e9, 2),
        "recall_checked": str(truth.recall(left, right)),
        "pairs_checked": len(truth.left),
        "edges": len(left),
        "with_1": round(float((neighbours >= 1).mean()), 4),
        "with_3": round(float((neighbours >= 3).mean()), 4),
        "report": report,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--objects", type=int, default=10_000_000)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--arithmetic", default="auto")
    parser.add_argument("--memory", type=float, default=8.0, help="GiB the join may take for itself")
    parser.add_argument("--pairs", type=int, default=3000, help="sampled pairs that check its recall")
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(2)
    vector_file, key_file = _corpus(given.to, given.objects, given.dimension)
    vectors, photo_keys = np.load(vector_file, mmap_mode="r"), np.load(key_file)
    folder = given.to / f"{given.objects}x{given.dimension}-{given.arithmetic}"
    folder.mkdir(exist_ok=True)
    if (folder / "report.json").exists():
        report = json.loads((folder / "report.json").read_text())
    else:
        options = JoinOptions(arithmetic=given.arithmetic, memory=int(given.memory * 2**30))
        report = joined(folder, vectors, photo_keys, options)
    truth = _truth(vector_file, vectors, photo_keys, given.pairs)
    print(json.dumps(summary(folder, given.objects, report, truth), indent=1))


def _corpus(folder: Path, objects: int, dimension: int) -> tuple[Path, Path]:
    """Made by a process of its own, whose memory is not the join's."""
    maker = str(Path(__file__).with_name("planted_recurrences.py"))
    sizes = ["--objects", str(objects), "--dimension", str(dimension)]
    subprocess.run([sys.executable, maker, *sizes, "--to", str(folder)], check=True)
    return corpus_files(folder, objects, dimension)


def _truth(vector_file: Path, vectors: Floats, photo_keys: Indices, pairs: int) -> Truth:
    kept = vector_file.with_name(f"{vector_file.stem}-truth-{pairs}.npz")
    if not kept.exists():
        found = sampled_truth(vectors, photo_keys, pairs=pairs)
        np.savez(kept, left=found.left, right=found.right)
    with np.load(kept) as arrays:
        return Truth(arrays["left"], arrays["right"], len(vectors))


if __name__ == "__main__":
    main()
