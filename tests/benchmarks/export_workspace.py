"""The whole command ``curate export subject`` over a workspace with a million accepted views.

Beside ``export_million``, whose records come from a generator, this measures what a person waits for:
settling all votes, placing photos in splits, reading vectors, making records, writing and registering them.
The command runs as a process of its own; peak memory is that process's, without Postgres.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from accepted_views import make_accepted_views
from chain import forget_servers
from export_million import VIEWS, apart, plain_copy

OWN_SECONDS, PEAK_MB = 120, 1000
"""Aims for a million records."""
PHOTOS = 10
"""Records for each photo."""


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    seconds: float
    processor_seconds: float
    """Of this process on all its threads: on a busy machine less than ``seconds`` tell."""
    peak_mb: float
    selecting_seconds: float
    """Until an export began to write."""
    selecting_mb: float
    code: int


def measured(workspace: Path, *arguments: str, writes: Path | None = None) -> Measured:
    """Run ``curate`` with these arguments in a workspace; ``writes`` is where an export shows up."""
    start = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, "-m", "curate", *arguments], cwd=workspace, stdout=subprocess.DEVNULL
    )
    peak, used, selecting = 0.0, 0.0, (0.0, 0.0)
    while process.poll() is None:
        peak = peak_mb(process.pid) or peak
        used = sum(process.cpu_times()[:2]) or used
        if writes and not selecting[0] and any(writes.glob(".recurate-unfinished-*")):
            selecting = time.perf_counter() - start, peak
        time.sleep(0.02)
    return Measured(time.perf_counter() - start, used, peak, *selecting, process.returncode)


def peak_mb(pid: int) -> float:
    """Highest memory of a process so far, in MB; 0 if it has ended.

    Not what the kernel tells whoever waits for it, which begins with the memory of this process.
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--then", action="store_true", help="measure what reads the export, too")
    parser.add_argument("--keep", type=Path, help="make or use the workspace in this folder and leave it")
    options = parser.parse_args()
    forget_servers()
    with TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        table, ends = _measure(folder, options.records, options.dimension, then=options.then)
    print(json.dumps(table, indent=1))
    allowed = OWN_SECONDS * options.records / 1_000_000
    return int(ends or table["own_seconds"] > allowed or table["peak_mb"] > PEAK_MB)


def _measure(folder: Path, records: int, dimension: int, *, then: bool) -> tuple[dict[str, float], int]:
    photos = max(VIEWS, records // PHOTOS // VIEWS * VIEWS)
    workspace, copy, out = folder / "workspace", folder / "copy", folder / "out"
    if not workspace.exists():
        make_accepted_views(workspace, records, photos, dimension)
    for each in (copy, out):
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir(parents=True)
    copied = apart(plain_copy, photos, records, copy)["seconds"]
    made = measured(workspace, "export", "subject", "--name", "million", "--to", str(out), writes=out)
    table = {
        "records": records,
        "photos": photos,
        "dimension": dimension,
        "seconds": round(made.seconds, 1),
        "of_which_selecting": round(made.selecting_seconds, 1),
        "processor_seconds": round(made.processor_seconds, 1),
        "copy_seconds": round(copied, 1),
        "own_seconds": round(made.seconds - copied, 1),
        "ratio_to_copy": round(made.seconds / copied, 2),
        "records_per_second": round(records / made.seconds),
        "peak_mb": round(made.peak_mb),
        "peak_mb_of_selecting": round(made.selecting_mb),
    }
    ends = made.code
    for name, arguments in _readers(out / "million-1", folder / "converted").items() if then else ():
        read = measured(workspace, *arguments)
        table |= {f"{name}_seconds": round(read.seconds, 1), f"{name}_peak_mb": round(read.peak_mb)}
        table[f"{name}_processor_seconds"] = round(read.processor_seconds, 1)
        ends |= read.code
    return table, ends


def _readers(export: Path, converted: Path) -> dict[str, tuple[str, ...]]:
    """Commands that go through an export."""
    return {
        "verify": ("verify", str(export)),
        "show": ("manifests", "show", str(export)),
        "leaks": ("leaks", "--no-near-duplicates", str(export)),
        "convert": ("convert", str(export), "--format", "coco", "--to", str(converted)),
        "decisions": ("export", "decisions", "--name", "votes", "--to", str(converted)),
        "benchmark": ("export", "benchmark", "--name", "quadruplets", "--to", str(converted)),
    }


if __name__ == "__main__":
    sys.exit(main())
