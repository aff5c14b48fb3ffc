"""How long a photographer waits for the verdict on a pair of JPEG files, and how much memory that takes.

Each pair is checked in a process of its own: bytes of both files, decoded, measured, judged.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

ROOT = Path(__file__).parents[2]
SIZES = {12: ((4000, 3000), 2.0), 24: ((6000, 4000), 4.0)}
"""Megapixels to width and height, and the seconds aimed at."""
AIM_MEGABYTES = 1500
ROUNDS = 3


def draw(folder: Path, width: int, height: int) -> None:
    """Write both frames."""
    from pair_files import draw_pair

    draw_pair(1, (width, height)).write(folder)


def check(folder: Path) -> None:
    """Check the pair in a folder and print how long each step took."""
    from curate.capture.check import judge, measure
    from curate.capture.frames import decode_pair

    start = time.perf_counter()
    frames = decode_pair(*(path.read_bytes() for path in sorted(folder.iterdir())))
    decoded = time.perf_counter()
    verdict = judge(measure(*frames)).verdict
    done = time.perf_counter()
    unit = 1 if sys.platform == "darwin" else 1024
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    told = {"decode": decoded - start, "check": done - decoded, "megabytes": megabytes, "verdict": verdict}
    print(json.dumps(told))


def run(*arguments: object) -> bytes:
    """What this script prints in a process of its own: a child inherits its parent's peak memory."""
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


def main() -> None:
    for megapixels, (size, aim) in SIZES.items():
        with tempfile.TemporaryDirectory() as name:
            run("draw", name, *size)
            runs = [json.loads(run("check", name)) for _ in range(ROUNDS)]
        decode, judge = (statistics.median(each[step] for each in runs) for step in ("decode", "check"))
        memory = max(each["megabytes"] for each in runs)
        print(
            f"verdict on a pair of {megapixels} megapixels: {decode + judge:.1f} s (aim {aim:g}), "
            f"{decode:.1f} s of it decoding; {memory:.0f} MB (aim {AIM_MEGABYTES})"
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["draw", folder, width, height]:
            draw(Path(folder), int(width), int(height))
        case ["check", folder]:
            check(Path(folder))
        case _:
            main()
