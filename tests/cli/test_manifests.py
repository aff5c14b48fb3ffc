"""``curate manifests`` from end to end: what is listed, what is shown, and why records differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import CurateError, NotFoundError, PhotoError
from pair_files import draw_pair
from removable import BOX, make_removable
from stored_pairs import accepted
from stored_removals import store_removal


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        told = CliRunner().invoke(app, ["-w", str(empty_workspace.root), *map(str, arguments)])
        if isinstance(told.exception, CurateError):
            raise told.exception
        assert told.exit_code == 0, told.output
        return told.stdout

    return run


@pytest.fixture
def views(empty_workspace, tmp_path):
    return make_removable(empty_workspace, tmp_path / "photos")


@pytest.fixture
def export(curate, tmp_path):
    """Exports the accepted views as a version."""

    def write(version, *more) -> Path:
        shares = ("--shares", "100", "0", "0", "--json")
        told = curate(
            "export", "subject", "--name", "jugs", "--to", tmp_path, "--version", version, *more, *shares
        )
        return Path(json.loads(told)["folder"])

    return write


def test_what_was_exported_is_listed_and_shown_and_a_folder_that_is_gone_is_named(
    curate, views, export, tmp_path
):
    first, second = export("1"), export("2", "--references", "2")
    third = export("2", "--references", "2", "--to", tmp_path / "two")
    (second / "README.md").write_text("mine")
    shutil.rmtree(first)
    shutil.rmtree(third)
    listed = json.loads(curate("manifests", "list", "--json"))
    assert [(each["name"], each["version"], each["folders"], each["records"]) for each in listed] == [
        ("jugs", "1", {str(first): "gone"}, {"train": 4}),
        ("jugs", "2", {str(second): "there", str(third): "gone"}, {"train": 4}),
    ]
    assert "jugs-1" in curate("manifests", "list")
    newest = curate("manifests", "show", "jugs")
    assert newest.startswith("jugs-2: subject as imagefolder, ")
    assert "Rests on 1 decision on groups by 1 person" in newest
    assert newest.endswith("All of its records still stand.\n")
    gone = json.loads(curate("manifests", "show", listed[0]["content_hash"][:9], "--json"))
    assert (gone["called"], gone["folders"]) == ("jugs-1", {str(first): "gone"})
    assert (gone["stands"], gone["licences"]) == (None, None)
    files = json.loads(curate("manifests", "show", second, "--files-only", "--json"))
    assert (files["licences"], files["behind"], files["parameters"]["references"]) == ({"CC0-1.0": 4}, [], 2)
    with pytest.raises(NotFoundError, match="There is no manifest 'vases', nor a folder"):
        curate("manifests", "show", "vases")
    with pytest.raises(NotFoundError, match=r"The folder of jugs-1, .* is gone"):
        curate("manifests", "diff", "jugs-1", "jugs-2")


def test_the_difference_says_what_was_asked_for_and_said_since(curate, views, export):
    export("1")
    curate("decide", "accept", views.group, "--reviewer", "bob")
    export("2", "--references", "2")
    told = curate("manifests", "diff", "jugs-1", "jugs-2")
    assert told.splitlines()[0] == "jugs-1 -> jugs-2 (subject): 0 went, 0 came, 4 changed, 0 are the same."
    assert "Asked for differently: references 3 -> 2" in told
    assert "changed, other decisions accept it: 4" in told
    found = json.loads(curate("manifests", "diff", "jugs-1", "jugs-2", "--json"))
    why = {reason["why"]: reason["detail"] for reason in found["changes"][0]["why"]}
    assert why == {
        "other references": "1 went, 0 came",
        "other decisions accept it": "0 went, 1 came, by bob",
        "asked for differently": "at least 3 -> 2, references 3 -> 2",
    }
    assert found["counts"] == {"went": 0, "came": 0, "changed": 4, "unchanged": 0}


def test_what_went_and_came_has_the_reason_of_the_workspace(curate, views, export, empty_workspace):
    export("1", "--at-least", "1")
    marked = str(views.objects[0])
    curate("decide", "accept", views.group, "--reviewer", "ada", "--drop", marked)
    export("2", "--at-least", "1")
    found = json.loads(curate("manifests", "diff", "jugs-1", "jugs-2", "--json"))
    (went,) = [each for each in found["changes"] if each["change"] == "went"]
    assert (went["key"], went["after"]) == (marked, None)
    assert went["why"] == [{"why": "no decision accepts it any more", "detail": "accept by ada"}]
    back = json.loads(curate("manifests", "diff", "jugs-2", "jugs-1", "--json"))
    assert [each["why"][0]["why"] for each in back["changes"] if each["change"] == "came"] == [
        "what stood against it is settled"
    ]
    curate("decide", "reject", views.group, "--reviewer", "bob")  # now they disagree
    curate("decide", "undo", views.group, "--reviewer", "ada")
    told = curate("manifests", "diff", "jugs-1", "jugs-2")
    assert "went, a decision behind it was undone: 1" not in told
    assert "No longer as it was exported:" in curate("manifests", "show", "jugs-2")


def test_a_name_counts_before_the_start_of_a_hash_and_what_is_meant_twice_is_listed(
    curate, views, empty_workspace, tmp_path
):
    def export(name, version):
        return curate("export", "subject", "--name", name, "--version", version, "--to", tmp_path, "--json")

    first = json.loads(export("jugs", "1"))["content_hash"]
    export(first[:6], "1")  # called like the start of the other one's hash
    assert curate("manifests", "show", first[:6]).startswith(f"{first[:6]}-1: ")
    assert curate("manifests", "show", first[:7]).startswith("jugs-1: ")
    export("jugs-1", "7")
    with pytest.raises(NotFoundError, match=r"Several manifests are meant by 'jugs-1'.*-1-7") as told:
        curate("manifests", "show", "jugs-1")
    assert f"{first[:12]} (jugs-1 as imagefolder in {tmp_path / 'jugs-1'})," in str(told.value)


def test_a_photo_over_the_limit_is_named(curate, views, empty_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("CURATE_MAX_PIXELS", "100")
    with pytest.raises(PhotoError, match=r"^file://.*/photos/\w+\.\w+: The photo has .* over the limit"):
        curate("export", "subject", "--name", "jugs", "--to", tmp_path, "--crops")


def went(curate, name):
    """Why the one record went from version 1 to version 2."""
    found = json.loads(curate("manifests", "diff", f"{name}-1", f"{name}-2", "--json"))
    (change,) = [each for each in found["changes"] if each["change"] == "went"]
    return [reason["why"] for reason in change["why"]]


def test_pairs_that_were_undone_or_are_held_out_say_so(curate, empty_workspace, tmp_path):
    drawn = [draw_pair(number, (160, 120)) for number in range(3)]
    pairs = [accepted(empty_workspace, each, shoot) for each, shoot in zip(drawn, "abc", strict=True)]

    def export(version):
        curate("export", "removal", "--name", version[0], "--version", version[1], "--to", tmp_path,
               "--shares", "100", "0", "0")  # fmt: skip

    export("u1")
    curate("decide", "undo", str(pairs[0]), "--reviewer", "bob")
    export("u2")
    assert went(curate, "u") == ["a decision behind it was undone"]
    curate("decide", "accept", str(pairs[0]), "--reviewer", "cy")
    export("u3")
    told = curate("manifests", "diff", "u-2", "u-3")
    assert f"{str(pairs[0])[:8]}: accepted since (by cy)" in told
    export("h1")
    curate("pairs", "shoots", "hold-out", "b")
    export("h2")
    (why,) = went(curate, "h")
    assert why.startswith("held out, after they or pairs tied to them were exported for train")
    shown = json.loads(curate("manifests", "show", "h-1", "--json"))
    assert [fault.split(" of pair ")[0] for fault in shown["faults"]] == ["The shoot"]


def test_a_view_whose_removal_was_rejected_says_so(curate, views, empty_workspace, tmp_path):
    removals = [str(store_removal(empty_workspace, file, BOX).removal) for file in views.files.values()]
    for each in removals:
        curate("decide", "accept", each, "--reviewer", "ada")
    for version in ("1", "2"):
        curate("export", "insertion", "--name", "jugs", "--version", version, "--to", tmp_path)
        curate("decide", "reject", removals[0], "--reviewer", "ada", "--reason", "seam")
    assert went(curate, "jugs") == ["objects without an accepted removal"]


def test_votes_that_came_say_who_voted_since_and_those_of_a_photo_that_was_taken_down_say_so(
    curate, views, empty_workspace, tmp_path
):
    def export(version):
        curate("export", "decisions", "--name", "votes", "--version", version, "--to", tmp_path)

    def differ(before, after):
        found = json.loads(curate("manifests", "diff", f"votes-{before}", f"votes-{after}", "--json"))
        return [(each["change"], [why["why"] for why in each["why"]]) for each in found["changes"]]

    def vote(number):
        made = store_removal(empty_workspace, views.files[views.objects[number]], BOX)
        curate("decide", "accept", str(made.removal), "--reviewer", "cy")
        return str(made.removal)

    vote(0)
    export("1")
    shown = vote(3)
    export("2")
    assert differ(1, 2) == [("came", ["voted since"])]
    curate("decide", "undo", shown, "--reviewer", "cy")
    export("3")
    assert differ(2, 3) == [("went", ["its reviewer took it back"])]
    curate("decide", "accept", shown, "--reviewer", "cy")
    curate("takedown", views.files[views.objects[3]], "--yes", "--reason", "asked to")
    export("4")  # without the votes on that removal and on the group
    gone, undone = "a photo of it was taken down", "its reviewer took it back"
    assert sorted(differ(2, 4)) == [("went", [gone]), ("went", [gone, undone])]


def test_a_photo_that_was_taken_down_is_named_as_the_reason(curate, views, export):
    export("1", "--at-least", "1")
    gone = views.objects[3]
    curate("takedown", views.files[gone], "--yes", "--reason", "asked to")
    export("2", "--at-least", "1")
    found = json.loads(curate("manifests", "diff", "jugs-1", "jugs-2", "--json"))
    assert found["counts"] == {"went": 1, "came": 0, "changed": 3, "unchanged": 0}
    for change in found["changes"]:
        assert "a photo of it was taken down" in {reason["why"] for reason in change["why"]}
        assert (change["key"] == str(gone)) == (change["change"] == "went")
    assert "Taken down since: 1 photo of it" in curate("manifests", "show", "jugs-1")
    listed = json.loads(curate("manifests", "list", "--json"))
    assert [each["taken_down"] for each in listed] == [1, 0]
    assert "there, holds 1 photo taken down" in curate("manifests", "list")
