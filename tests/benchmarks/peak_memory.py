"""Peak memory of the chain at 1,000 and at 5,000 photos: it should not grow with the number of photos."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from chain import forget_servers
from many_photos import draw_photos

SIZES = (1_000, 5_000)
STAGES = (
    ("ingest", "photos"),
    ("detect",),
    ("embed", "--model", "sscd-distilled"),
    ("mine", "--band", ".5", ".9"),
)


def peak_megabytes(command: list[str], folder: Path) -> float:
    """Highest sum of the resident memory of a command and its worker processes, ten looks a second."""
    process = psutil.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    highest = 0.0
    while True:
        try:
            process.wait(0.1)
            break
        except psutil.TimeoutExpired:
            highest = max(highest, _resident(process))
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return highest / 2**20


def _resident(process: psutil.Process) -> float:
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        try:
            if each.name() != "postgres":
                total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def main() -> None:
    forget_servers()
    found: dict[int, list[float]] = {}
    for count in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            draw_photos(folder / "photos", count, seed=count, side=256)
            subprocess.run(
                [sys.executable, "-m", "curate", "init"], cwd=folder, check=True, capture_output=True
            )
            found[count] = [
                peak_megabytes([sys.executable, "-m", "curate", *stage], folder) for stage in STAGES
            ]
    for number, stage in enumerate(STAGES):
        sizes = ", ".join(f"{found[count][number]:.0f} MB at {count:,} photos" for count in SIZES)
        print(f"peak memory of {stage[0]}: {sizes}")


if __name__ == "__main__":
    main()
