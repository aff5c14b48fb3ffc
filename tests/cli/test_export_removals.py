"""``curate export insertion-bootstrap`` and ``curate export decisions`` from end to end."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import CurateError
from curate.exporters.formats.registry import FORMATS
from curate.exporters.tasks.registry import TASKS
from stored_removals import encoded, scene, store_removal


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        told = CliRunner().invoke(app, ["-w", str(empty_workspace.root), *arguments])
        if isinstance(told.exception, CurateError):
            raise told.exception
        return told

    return run


@pytest.fixture
def removal(empty_workspace, tmp_path):
    """Stores the removal of a drawn object."""
    (folder := tmp_path / "photos").mkdir()

    def store(number, **options):
        file = folder / f"{number}.png"
        file.write_bytes(encoded(scene(number)[0]))
        return str(store_removal(empty_workspace, file, **options).removal)

    return store


def export(task, tmp_path, *more):
    return ("export", task, "--name", task, "--to", str(tmp_path), "--shares", "100", "0", "0", *more)


def test_accepted_removals_become_bootstrapped_samples_and_each_reason_is_a_line(curate, removal, tmp_path):
    for each in (removal(0), removal(1, effect=0.0), removal(2, effect=0.0)):
        curate("decide", "accept", each)
    told = curate(*export("insertion-bootstrap", tmp_path))
    reason, ids = told.stderr.splitlines()
    assert reason == (
        "2 objects left out: objects whose removal took no shadow or reflection away to speak of: it "
        "changed the light around them on less than 3 % of their mask's area."
    )
    for each in ids.strip().split(", "):  # starts of ids, which other commands take
        assert len(json.loads(curate("caption", "show", each, "--json").stdout)) == 1
    assert "1 record (1 in train)" in told.stdout
    given = ("--min-effect", "0", "--min-mask", "0.01", "--version", "2", "--json")
    made = json.loads(curate(*export("insertion-bootstrap", tmp_path, *given)).stdout)
    assert (made["counts"]["train"], made["left_out"]) == (3, {})
    assert json.loads(curate("verify", made["folder"], "--json").stdout)["task"] == "insertion-bootstrap"


@pytest.mark.parametrize("task", TASKS)
def test_a_format_without_a_place_for_the_task_is_refused_before_anything_is_looked_at(curate, task):
    offered = curate("export", task, "--help").stdout
    for each in FORMATS.values():
        assert (f"{each.name}|" in offered or f"|{each.name}" in offered) == each.holds(task)
        if not each.holds(task):
            told = curate("export", task, "--name", "x", "--to", ".", "--format", each.name)
            assert told.exit_code == 2
            assert f"'{each.name}' is not one of 'imagefolder', 'webdataset'" in told.stderr


def test_every_vote_is_exported_and_verified(curate, removal, tmp_path):
    curate("decide", "reject", one := removal(0), "--reason", "seam", "--reviewer", "ada")
    curate("decide", "accept", one, "--reviewer", "bob")
    curate("decide", "undo", one, "--reviewer", "bob")
    told = curate(*export("decisions", tmp_path))
    assert told.stderr.splitlines()[0] == "1 vote left out: taken back by their reviewers (--with-undone)."
    more = ("--with-undone", "--reviewers", "names", "--kind", "removal", "--kind", "pair", "--no-pictures")
    made = json.loads(curate(*export("decisions", tmp_path, *more, "--version", "2", "--json")).stdout)
    assert (made["counts"]["train"], made["counts"]["items"], made["left_out"]) == (2, 1, {})
    assert json.loads(curate("verify", made["folder"], "--json").stdout)["task"] == "decisions"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("export", "insertion-bootstrap", "--name", "x", "--to", "."), "type `curate remove`, and accept"),
        (
            ("export", "insertion-bootstrap", "--name", "x", "--to", ".", "--min-mask", "0.7"),
            "the smallest mask not above the largest",
        ),
        (
            ("export", "decisions", "--name", "x", "--to", ".", "--kind", "photo"),
            "There are no votes on a 'photo'",
        ),
        (("export", "decisions", "--name", "x", "--to", "."), "Nobody has decided anything yet"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(curate, arguments, sentence):
    with pytest.raises(CurateError, match=sentence):
        curate(*arguments)
