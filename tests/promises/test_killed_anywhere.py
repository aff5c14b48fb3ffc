"""Kill the chain in every stage or at random and run it again: it ends as if nothing had happened."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import psutil
import pytest

from chain import make_workspace
from curate.workflows.doctor import examine_workspace
from curate.workspace import Workspace
from many_photos import draw_photos
from typed import Command, type_all
from workspace_content import content, tree

MARGIN = 0.3  # seconds that a kill may come later than its stage began


@dataclass(frozen=True)
class Place:
    """Where a chain works and what it leaves outside."""

    root: Path
    out: Path
    said: Path
    """What its commands print."""

    def lines(self) -> int:
        return len(self.said.read_bytes().splitlines())


STAGES: Mapping[str, Callable[[Place], bool]] = {
    "ingest": lambda place: any((place.root / ".recurate" / "media").rglob("*.webp")),
    "detect": lambda place: place.lines() >= 1,
    "embed": lambda place: place.lines() >= 2,
    "mine": lambda place: place.lines() >= 3,
    "export": lambda place: any(place.out.parent.glob("*")),
}
"""How one sees from outside that a stage has begun; ``curate run`` prints a line after each of its own."""


def commands(photos: Path, out: Path) -> list[Command]:
    """The chain to a manifest. Every command may be run again at any time."""
    return [
        ["run", str(photos), "--licence", "CC0-1.0"],
        ["decide", "automatic", "--accept-above", "0"],
        ["export", "subject", "--name", "all", "--to", str(out), "--include-automatic", "--at-least", "1"],
    ]


def run_until(place: Place, chain: Sequence[Command], ripe: Callable[[], bool], seconds: float) -> str | None:
    """Run the chain and SIGKILL the command that runs ``seconds`` after ``ripe()``; its name, if any was."""
    deadline: float | None = None
    with place.said.open("wb") as said:
        for command in chain:
            process = start(place, command, said)
            while process.poll() is None:
                if deadline is None and ripe():
                    deadline = time.monotonic() + seconds
                if deadline is not None and time.monotonic() >= deadline:
                    process.kill()
                    process.wait()
                    return command[0]
                time.sleep(0.01)  # between looks
    return None


def start(place: Place, command: Command, said: BinaryIO) -> subprocess.Popen[bytes]:
    here = [sys.executable, "-m", "curate", "--workspace", str(place.root)]
    return subprocess.Popen([*here, *command], stdout=said, stderr=subprocess.DEVNULL)


def processes_of(root: Path) -> list[psutil.Process]:
    """Servers that run in this workspace, and workers of commands on it."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        place = process.info["cwd"] or ""
        if place.startswith(str(root)) or any(str(root) in part for part in process.info["cmdline"] or ()):
            found.append(process)
    return found


@pytest.fixture
def calm(tmp_path: Path) -> Place:
    return place(tmp_path, "calm")


@pytest.fixture
def disturbed(tmp_path: Path) -> Place:
    return place(tmp_path, "disturbed")


def place(folder: Path, name: str) -> Place:
    make_workspace(folder / name).close()
    (folder / f"{name} out").mkdir()
    return Place(folder / name, folder / f"{name} out" / "all", folder / f"{name} said")


def assert_as_if_nothing_had_happened(photos: Path, calm: Place, disturbed: Place) -> None:
    """Finish the chain of ``disturbed``; ``calm`` ran undisturbed."""
    type_all(disturbed.root, commands(photos, disturbed.out))
    assert processes_of(disturbed.root) == []
    with Workspace.open(calm.root) as one, Workspace.open(disturbed.root) as other:
        expected, found = content(one), content(other)
        for what in expected:
            assert found[what] == expected[what], what
        # A crash may leave files that nothing refers to, and never a reference to nothing.
        assert all(finding.mended for finding in examine_workspace(other))
        assert list(examine_workspace(other)) == []
        assert len(expected["manifests"]) == 1
        assert expected["objects"]
    assert tree(disturbed.out) == tree(calm.out)


@pytest.mark.usefixtures("offline_models")
def test_a_chain_that_is_killed_in_every_stage_ends_as_if_it_had_not_been(tmp_path, calm, disturbed):
    draw_photos(tmp_path / "photos", 6, seed=20261121)
    type_all(calm.root, commands(tmp_path / "photos", calm.out))
    dice, chain = random.Random(20261121), commands(tmp_path / "photos", disturbed.out)
    for stage, begun in STAGES.items():
        hit = run_until(disturbed, chain, partial(begun, disturbed), dice.uniform(0, MARGIN))
        assert hit is not None, f"nothing was running any more: {stage}"
    assert_as_if_nothing_had_happened(tmp_path / "photos", calm, disturbed)


@pytest.mark.slow
@pytest.mark.usefixtures("offline_models")
def test_thirty_kills_over_three_hundred_photos_lose_nothing(tmp_path, calm, disturbed):
    kills = 30
    draw_photos(tmp_path / "photos", 300, seed=1)
    begin = time.monotonic()
    assert run_until(calm, commands(tmp_path / "photos", calm.out), lambda: False, 0) is None
    seconds = time.monotonic() - begin
    dice, chain = random.Random(1), commands(tmp_path / "photos", disturbed.out)
    # Long enough on average that the kills spread over the whole chain and the last ones hit its end.
    moments = [dice.uniform(0.1, 2 * (seconds / kills + 3)) for _ in range(kills)]
    hit = [run_until(disturbed, chain, lambda: True, moment) for moment in moments]
    assert sum(name is not None for name in hit) >= kills // 2, f"too few commands were running: {hit}"
    assert_as_if_nothing_had_happened(tmp_path / "photos", calm, disturbed)
