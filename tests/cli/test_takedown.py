"""``curate takedown`` from end to end: what is to be typed next, and what it says when it is typed again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import CurateError, SettingsError
from removable import make_removable


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        told = CliRunner().invoke(app, ["-w", str(empty_workspace.root), *map(str, arguments)])
        if isinstance(told.exception, CurateError):
            raise told.exception
        assert told.exit_code == 0, told.output
        return told

    return run


@pytest.fixture
def exported(curate, empty_workspace, tmp_path):
    """Four photos in three manifests of one name, two of which asked for the same."""
    views = make_removable(empty_workspace, tmp_path / "photos")
    for version, references in (("1", 1), ("2", 1), ("3", 2)):
        words = ("--version", version, "--references", references, "--at-least", 1, "--seed", 3)
        curate("export", "subject", "--name", "jugs", "--to", tmp_path / "out", *words)
    return [views.files[each] for each in views.objects]


def test_what_is_to_be_exported_again_is_told_once_and_what_nobody_took_back_is_not_told_so(curate, exported):
    told = curate("takedown", exported[0], "--yes")
    commands = [line.strip() for line in told.stderr.splitlines() if "export again: " in line]
    assert [" --version 4 " in commands[0], " --version 5 " in commands[1], len(commands)] == [True, True, 2]
    assert "trainers and `load_dataset`" in told.stderr
    _, *words = commands[0].removeprefix("export again: ").split()
    curate(*words)

    (differences,) = told.stderr.split("What changes in exports: ")[1:]
    lines = [json.loads(line) for line in Path(differences.strip()).read_text().splitlines()]
    for version, records in (("jugs-1", 2), ("jugs-3", 4)):
        held = sorted(each["sample_id"] for each in lines if each["manifest"] == version and "as" in each)
        assert len(held) == records
        shown = json.loads(curate("manifests", "show", version, "--json").stdout)
        assert shown["faults"] == [f"Record {each} holds a photo that was taken down" for each in held]
    assert json.loads(curate("manifests", "show", "jugs-4", "--json").stdout)["faults"] == []


def test_a_takedown_that_is_typed_again_says_what_is_and_keeps_its_first_word(
    curate, exported, empty_workspace, tmp_path
):
    curate("takedown", exported[0], "--yes", "--reason", "asked to")
    (first,) = (empty_workspace.root / "takedowns").iterdir()
    before = first.read_bytes()
    curate("takedown", exported[1], exported[2], "--yes")  # later, and through no fault of the first
    for to in ((), ("--to", tmp_path / "other")):
        told = curate("takedown", exported[0], *to)  # nobody is asked, as nothing is erased
        assert "(asked to); nothing was left to erase." in told.stderr
        assert "erased: " not in told.stderr
        assert told.stdout == "0 photos taken down. 1 photo taken down before: nothing was left to erase.\n"
    assert first.read_bytes() == before
    assert not (tmp_path / "other").exists()
    (photo,) = json.loads(curate("takedown", exported[0], "--json").stdout)
    assert (photo["done_before"], photo["erased"], photo["differences"]) == (True, [], [])

    with pytest.raises(SettingsError, match="--yes"):
        curate("takedown", exported[0], "--originals")
    assert exported[0].exists()
    told = curate("takedown", exported[0], "--originals", "--yes")
    assert (exported[0].exists(), told.stdout) == (False, "1 photo taken down.\n")


def test_a_takedown_that_was_killed_goes_on_and_keeps_its_first_word(curate, exported, empty_workspace):
    curate("takedown", exported[0], "--yes")
    (first,) = (empty_workspace.root / "takedowns").iterdir()
    before = first.read_bytes()
    with empty_workspace.transaction() as session:
        session.execute(text("UPDATE takedowns SET finished_at = NULL"))  # as a kill leaves it
    with pytest.raises(SettingsError, match="--yes"):
        curate("takedown", exported[0])
    told = curate("takedown", exported[0], "--yes")
    assert ", but not to the end." in told.stderr
    assert f"What changes in exports: {first}" in told.stderr
    assert (told.stdout, first.read_bytes()) == ("1 photo taken down.\n", before)
    assert "nothing was left to erase" in curate("takedown", exported[0]).stdout


def test_the_help_names_what_is_not_reached(curate):
    words = " ".join(curate("takedown", "--help").stdout.split())
    assert "caches of" in words
    assert "load_dataset" in words
