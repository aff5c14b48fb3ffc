"""``curate remove``, ``curate removals`` and ``curate export insertion`` from end to end."""

from __future__ import annotations

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import CurateError
from removable import make_removable

QUICK = ("--segmenter", "box", "--no-models")


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        told = CliRunner().invoke(app, ["-w", str(empty_workspace.root), *arguments])
        if isinstance(told.exception, CurateError):
            raise told.exception
        return told

    return run


def test_from_accepted_views_to_a_verified_manifest(empty_workspace, curate, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    outside = "command:sh -c 'cp $0 $2' {photo} {mask} {output}"
    told = curate("remove", "--remover", "telea", "--remover", outside, *QUICK)
    assert told.stdout.splitlines() == [
        "4 objects removed by telea.",
        f"4 objects removed by {outside}.",
    ]
    again = curate("remove", "--remover", "telea", *QUICK)
    assert "4 objects removed in the same way before and left alone." in again.stderr
    listed = json.loads(curate("removals", "list", "--remover", "telea", "--json").stdout)
    assert [each["state"] for each in listed] == ["open"] * 4
    report = tmp_path / "report.png"
    shown = curate("removals", "show", listed[0]["removal"][:8], "--to", str(report))
    assert "residual object" in shown.stdout
    assert Image.open(report).width == 1400
    for each in listed:
        assert "for removal" in curate("decide", "accept", each["removal"]).stdout
    asked = ("export", "insertion", "--name", "jugs", "--to", str(tmp_path), "--shares", "100", "0", "0")
    made = json.loads(curate(*asked, "--json").stdout)
    assert (made["counts"]["train"], made["left_out"]) == (4, {})
    assert json.loads(curate("verify", made["folder"], "--json").stdout)["task"] == "insertion"


def test_a_remover_that_always_fails_ends_with_1_and_a_row_each(empty_workspace, curate, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    told = curate("remove", "--remover", "command:false {photo} {mask} {output}", *QUICK)
    assert told.exit_code == 1
    assert "4 objects failed: `curate failures` says why." in told.stderr
    assert len(json.loads(curate("failures", "--json").stdout)) == 4


def test_without_an_accepted_view_nothing_is_removed(curate):
    told = curate("remove", "--remover", "telea", *QUICK)
    assert told.exit_code == 0
    assert "No view is accepted" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("remove", "--remover", "eraser", *QUICK), "No remover is called 'eraser'"),
        (("remove", "--group", "abc"), "Nothing has been mined|no group 'abc'"),
        (("removals", "show", "abc"), "There is no removal, or object with one, 'abc'"),
        (("removals", "list", "--state", "good"), "No removal is ever 'good'"),
        (("export", "insertion", "--name", "x", "--to", "."), "No embedder has looked at any photo yet"),
    ],
)
def test_what_does_not_exist_is_one_sentence(curate, arguments, sentence):
    with pytest.raises(CurateError, match=sentence):
        curate(*arguments)


def test_a_scope_is_one_of_three(curate):
    told = curate("remove", "--group", "abc", "--all")
    assert told.exit_code == 2
    assert "exclude each other" in told.stderr


def test_removals_are_measured_again_when_asked(empty_workspace, curate, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    curate("remove", "--remover", "telea", *QUICK)
    assert curate("removals", "measure", "--no-models").stdout == "0 removals measured.\n"
