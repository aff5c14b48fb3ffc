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
    "peak_memory",
    "review_speed",
    "pair_truth",
    "removal_numbers",
    "removal_speed",
    "removal_screen",
)


def main() -> int:
    worst = 0
    for name in BENCHMARKS:
        script = Path(__file__).with_name(f"{name}.py")
        worst |= subprocess.run([sys.executable, str(script)], check=False).returncode
    return worst


if __name__ == "__main__":
    sys.exit(main())
