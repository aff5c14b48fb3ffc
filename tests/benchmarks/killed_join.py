"""What kills cost a join: processor time of all its goes together, as a multiple of one undisturbed pass.

The processor time of one pass is cut at random places, and there each go but the last is killed (SIGKILL).
Starting an interpreter and reading the vectors again is part of a go; how much that is stands in the output.

python tests/benchmarks/killed_join.py [--objects 1000000] [--dimension 64] [--kills 4]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from planted_recurrences import write_planted

FEW = 30_000
"""Objects of a join that is not exact."""
JOIN = """
import json, sys, time
from pathlib import Path
import numpy as np
from index.join import recurrence_join
from join_truth import BAND
vectors, photo_keys = np.load(sys.argv[1], mmap_mode="r"), np.load(sys.argv[2])
folder = Path(sys.argv[3])
started = time.process_time()
join = recurrence_join(vectors, photo_keys, *BAND, scratch=folder / "scratch")
np.savez(folder / "edges.npz", left=join.edges.left, right=join.edges.right)
figures = {"started": started, "taken_up": join.report.taken_up, "seconds": join.report.seconds}
(folder / "go.json").write_text(json.dumps(figures))
"""


def go(files: tuple[Path, Path], folder: Path, limit: float | None) -> float:
    """Processor seconds of a join, killed once it has used ``limit``."""
    folder.mkdir(exist_ok=True)
    paths = os.pathsep.join([str(Path(__file__).parents[2]), str(Path(__file__).parent)])
    command = [sys.executable, "-c", JOIN, *map(str, files), str(folder)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": paths})
    while True:
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = status
            return used.ru_utime + used.ru_stime
        time.sleep(0.02)  # looking all the time would take a core from the join
        if limit is not None and processor_seconds(process.pid) > limit:
            os.kill(process.pid, signal.SIGKILL)
            limit = None


def processor_seconds(pid: int) -> float:
    """What a process that runs has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    dice = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as made:
        whole, killed = Path(made) / "whole", Path(made) / "killed"
        go(write_planted(Path(made), FEW, given.dimension), whole, None)  # compiles
        files = write_planted(Path(made), given.objects, given.dimension)
        one = go(files, whole, None)
        first = json.loads((whole / "go.json").read_text())
        cuts = sorted(dice.uniform(0, one) for _ in range(given.kills))
        goes = [go(files, killed, end - start) for start, end in pairwise([0.0, *cuts])]
        assert not (killed / "go.json").exists(), "each go was killed before the join was done"
        goes.append(go(files, killed, None))
        last = json.loads((killed / "go.json").read_text())
        same = all(
            np.array_equal(np.load(whole / "edges.npz")[side], np.load(killed / "edges.npz")[side])
            for side in ("left", "right")
        )
    each = " + ".join(f"{seconds:.1f}" for seconds in goes)
    print(
        f"{given.objects:,} x {given.dimension}, processor time: one pass {one:.1f} s, "
        f"{first['started']:.1f} of them before it reads; {given.kills} kills: {each} = {sum(goes):.1f} s, "
        f"{sum(goes) / one:.2f} times one pass; {last['taken_up']} parts taken up; "
        f"edges {'equal' if same else 'DIFFER'}"
    )
    sys.exit(not same)


if __name__ == "__main__":
    main()
