"""`make bench`: benchmarks of the README in turn, each in a process of its own; not those that take hours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "help_time",
    "ingest_throughput",
    "chain_throughput",
    "join_throughput",
    "recurrence_join --objects 200000 --edge-objects 50000 --hnsw-objects 50000",  # not a million: minutes
    "killed_join --objects 300000",
    "export_million",
    "export_workspace --records 200000",  # a million takes a quarter of an hour
    "mine_workspace",
    "mine_workspace --dimension 512",
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
