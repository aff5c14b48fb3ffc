"""How long `curate --help` takes, as a whole process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    command = [str(Path(sys.executable).parent / "curate"), "--help"]
    seconds = []
    for _ in range(15):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    print(f"curate --help: {statistics.median(seconds):.2f} s, the median of {len(seconds)} (aim 0.3)")


if __name__ == "__main__":
    main()
