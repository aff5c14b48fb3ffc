"""Kill the chain at random moments and run it again: in the end all is as if nothing had happened."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from curate.workflows.doctor import examine_workspace
from curate.workspace import Workspace, create
from many_photos import draw_photos
from workspace_content import content, tree

CURATE = [sys.executable, "-m", "curate"]


def commands(root: Path, photos: Path, out: Path) -> list[list[str]]:
    """The chain to a manifest. Every command may be run again at any time."""
    here = [*CURATE, "--workspace", str(root)]
    export = ["--name", "all", "--to", str(out), "--include-automatic", "--at-least", "1"]
    return [
        [*here, "run", str(photos), "--licence", "CC0-1.0"],
        [*here, "decide", "automatic", "--accept-above", "0"],
        [*here, "export", "subject", *export],
    ]


def run_all(chain: Sequence[list[str]]) -> float:
    """Seconds that the chain takes undisturbed."""
    start = time.monotonic()
    for command in chain:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return time.monotonic() - start


def run_until(chain: Sequence[list[str]], seconds: float) -> str | None:
    """Run the chain and SIGKILL whatever command is running after ``seconds``; its name, if any was."""
    deadline = time.monotonic() + seconds
    for command in chain:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return command[5]
    return None


def processes_of(root: Path) -> list[psutil.Process]:
    """Servers that run in this workspace, and workers of commands on it."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        place = process.info["cwd"] or ""
        if place.startswith(str(root)) or any(str(root) in part for part in process.info["cmdline"] or ()):
            found.append(process)
    return found


def prove(folder: Path, count: int, kills: int, seed: int) -> None:
    photos = folder / "photos"
    draw_photos(photos, count, seed)
    calm, disturbed = folder / "calm", folder / "disturbed"
    for root in (calm, disturbed):
        create(root)
    undisturbed = commands(calm, photos, folder / "calm out")
    seconds = run_all(undisturbed)
    chain = commands(disturbed, photos, folder / "disturbed out")
    dice = random.Random(seed)
    # Long enough on average that the kills spread over the whole chain and the last ones hit its end.
    hit = [run_until(chain, dice.uniform(0.1, 2 * (seconds / kills + 3))) for _ in range(kills)]
    assert sum(name is not None for name in hit) >= kills // 2, f"too few commands were running: {hit}"
    run_all(chain)
    assert processes_of(disturbed) == []
    with Workspace.open(calm) as one, Workspace.open(disturbed) as other:
        expected, found = content(one), content(other)
        for what in expected:
            assert found[what] == expected[what], what
        # A crash may leave files that nothing refers to, and never a reference to nothing.
        assert all(finding.mended for finding in examine_workspace(other))
        assert list(examine_workspace(other)) == []
        assert len(expected["manifests"]) == 1
        assert expected["objects"]
    assert tree(folder / "disturbed out") == tree(folder / "calm out")


@pytest.mark.usefixtures("offline_models")
def test_a_chain_that_is_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path):
    prove(tmp_path, count=6, kills=4, seed=20261121)


@pytest.mark.slow
@pytest.mark.usefixtures("offline_models")
def test_thirty_kills_over_three_hundred_photos_lose_nothing(tmp_path):
    prove(tmp_path, count=300, kills=30, seed=1)
