"""``curate doctor`` on many findings of one kind."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from curate.cli import doctor
from curate.cli.app import app
from curate.workspace import Workspace
from stored_photos import store_photo

LEFT = 5


@pytest.fixture
def littered(empty_workspace: Workspace) -> Workspace:
    """Five stored files that nothing refers to, and two folders of joins that nobody goes on with."""
    for number in range(LEFT):
        empty_workspace.media.put(f"left {number}".encode(), ".webp")
    for name in ("join-old", "join-older"):
        (empty_workspace.data / "scratch" / name).mkdir(parents=True)
    return empty_workspace


def examine(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(workspace.root), "doctor", *words])


def test_findings_of_a_kind_are_one_line_with_their_number_and_the_first_few(littered):
    told = examine(littered)
    assert told.exit_code == 0
    assert told.stdout.count("a stored file that nothing refers to") == 1
    assert told.stdout.count(".webp") == 3
    assert "and 2 more" in told.stdout
    assert told.stdout.count("no command can go on with") == 1
    assert told.stdout.rstrip().endswith("--json tells where the first 1,000 of each kind are.")
    assert examine(littered).stdout == "All is well.\n"


@pytest.mark.parametrize(("most", "told"), [(1000, LEFT), (4, 4)])
def test_programs_are_told_each_up_to_a_bound_and_how_many_there_are(littered, monkeypatch, most, told):
    monkeypatch.setattr(doctor, "_TOLD", most)
    done = examine(littered, "--json")
    files = [each for each in json.loads(done.stdout) if each["subject"].endswith(".webp")]
    assert len(files) == told
    assert {each["alike"] for each in files} == {LEFT}
    assert ("`alike` says" in done.stderr) == (told < LEFT)


def test_what_is_not_mended_is_told_with_what_to_do_and_exit_1(littered):
    with littered.transaction() as session:
        for number in range(4):
            store_photo(session, number)  # without a thumbnail, and nobody can read them
    done = examine(littered)
    assert done.exit_code == 1
    assert done.stdout.count("a thumbnail is missing") == 1
    assert done.stdout.count("/photos/") >= 3
    assert "and 1 more" in done.stdout
