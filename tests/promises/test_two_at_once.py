"""Two commands at once on one workspace: nothing is done twice and nothing breaks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chain import RIGHTS, last, make_workspace, run_chain
from curate.workflows.doctor import examine_workspace
from curate.workflows.ingest import ingest
from curate.workspace import Workspace
from many_photos import draw_photos
from workspace_content import content

COUNT = 6


def at_once(root: Path, *commands: list[str]) -> list[dict]:
    """Start all commands, wait for all; what each printed as JSON."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "curate", "--workspace", str(root), *command, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    ended = [process.communicate() for process in started]
    for process, (_, said) in zip(started, ended, strict=True):
        assert process.returncode == 0, said
    return [json.loads(printed) for printed, _ in ended]


@pytest.fixture(scope="module")
def photos(tmp_path_factory, offline_models) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    draw_photos(folder, COUNT, seed=1)
    return folder


@pytest.fixture(scope="module")
def calm(tmp_path_factory, photos) -> Path:
    """A workspace on which one command ran at a time."""
    root = tmp_path_factory.mktemp("calm") / "ws"
    with make_workspace(root) as workspace:
        run_chain(workspace, photos)
    return root


@pytest.fixture(scope="module")
def undisturbed(calm) -> dict:
    with Workspace.open(calm) as workspace:
        return content(workspace)


def test_two_detects_and_two_embeds_share_the_work(tmp_path, photos, undisturbed):
    root = tmp_path / "ws"
    with make_workspace(root) as workspace:
        last(ingest(workspace, [str(photos)], RIGHTS))
    detected = at_once(root, ["detect"], ["detect"])
    assert sum(each["photos"] for each in detected) == COUNT
    embedded = at_once(root, ["embed"], ["embed"])
    assert sum(each["objects"] for each in embedded) == sum(each["objects"] for each in detected)
    assert_ends_as(root, photos, undisturbed)


def test_two_mines_at_once_store_one_run(tmp_path, calm):
    root = tmp_path / "ws"
    shutil.copytree(calm, root)
    found = at_once(root, *[["mine", "--band", "0.3", "0.9"]] * 2)
    assert found[0]["run"] == found[1]["run"]
    assert sum(each["new"] for each in found) == 1


def test_detecting_while_photos_come_in_leaves_nothing_out_in_the_end(tmp_path, photos, undisturbed):
    root = tmp_path / "ws"
    with make_workspace(root):
        pass
    take_in = ["ingest", str(photos), "--source", RIGHTS.source, "--licence", RIGHTS.licence]
    taken, _ = at_once(root, take_in, ["detect"])
    assert taken["new"] == COUNT
    assert_ends_as(root, photos, undisturbed)


def assert_ends_as(root: Path, photos: Path, undisturbed: dict) -> None:
    """Finish the chain and compare with a workspace in which nothing ran at once."""
    with Workspace.open(root) as workspace:
        run_chain(workspace, photos)
        found = content(workspace)
        for what in undisturbed:
            assert found[what] == undisturbed[what], what
        assert list(examine_workspace(workspace)) == []
