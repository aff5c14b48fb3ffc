"""`make bench`: every benchmark of the README in turn, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "help_time",
    "ingest_throughput",
    "chain_throughput",
    "join_throughput",
    "export_million",
    "export_workspace --records 200000",  # a million takes a quarter of an hour
    "peak_memory",
    "review_speed",
    "pair_truth",
    "removal_numbers",
    "removal_speed",
    "removal_screen",
)


def main() -> int:
    worst = 0
    for name, *options in map(str.split, BENCHMARKS):
        script = Path(__file__).with_name(f"{name}.py")
        worst |= subprocess.run([sys.executable, str(script), *options], check=False).returncode
    return worst


if __name__ == "__main__":
    sys.exit(main())
