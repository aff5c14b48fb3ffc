"""``curate pairs`` and decisions on pairs, as people type them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from chain import make_workspace_on
from curate.cli.app import app
from curate.cli.pair_folders import pairs_from
from curate.errors import CurateError
from curate.workflows import pair_intake, pairs
from curate.workspace import Workspace
from pair_files import START, draw_pair, jpeg, png
from stored_pairs import accepted

SMALL = (320, 240)


@pytest.fixture
def curate(tmp_path: Path, database_url: str):
    """``curate(*arguments)`` runs one command on a workspace of its own."""
    root = tmp_path / "ws"
    make_workspace_on(database_url, root).close()

    def run(*arguments: str) -> Result:
        done = CliRunner().invoke(app, ["-w", str(root), *map(str, arguments)], env={"COLUMNS": "200"})
        if isinstance(done.exception, CurateError):
            raise done.exception
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def told(done: Result):
    """What a command printed as JSON."""
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_pair_is_added_looked_at_corrected_and_decided(curate, tmp_path):
    drawn = draw_pair(1)
    files = drawn.write(tmp_path / "table")
    added = curate("pairs", "add", *files, "--object", "vase", "--licence", "CC0-1.0", "--no-models")
    pair, _, verdict = added.stdout.partition(": ")
    assert (added.exit_code, verdict[:5]) == (0, "pass.")
    assert f"curate decide accept {pair}\n" in added.stderr
    known = ("pairs", "add", *files, "--no-models")
    with pytest.raises(CurateError, match="is called 'vase', not 'jug', and keeps that name: leave --object"):
        curate(*known, "--object", "jug")
    again = curate(*known, "--object", "vase", "--shoot", "sill", "--licence", "MIT")
    assert "nothing was added" in again.stderr
    assert "Not used: --shoot." in again.stderr
    (shoot,) = told(curate("pairs", "shoots", "list", "--json"))
    assert f"type `curate pairs shoots set {shoot['public_id'][:8]}`" in again.stderr
    assert again.stdout == added.stdout
    assert "curate decide accept" not in again.stderr
    (row,) = told(curate("pairs", "list", "--json"))
    assert (row["shoot_name"], row["object_name"], row["state"]) == ("table", "vase", "open")

    report = tmp_path / "report.png"
    shown = curate("pairs", "show", pair, "--to", report)
    assert report.read_bytes()[:4] == b"\x89PNG"
    assert "vase" in shown.stdout
    assert "at most 0.35" in shown.stdout
    with pytest.raises(CurateError, match=r"is a PNG: name it report\.png"):
        curate("pairs", "show", pair, "--to", tmp_path / "report.jpg")
    (tmp_path / "mask.png").write_bytes(png(drawn.mask * np.uint8(255)))
    assert told(curate("pairs", "mask", pair, tmp_path / "mask.png", "--json"))["given_mask_sha256"]

    rejected = told(curate("decide", "reject", pair, "--reason", "blur: soft", "--json"))
    assert rejected["pair"] == row["pair"]
    assert "undo recorded for pair" in curate("decide", "undo", pair).stdout
    assert "accept recorded for pair" in curate("decide", "accept", pair).stdout
    said = told(curate("decide", "history", pair, "--json"))
    assert [(each["kind"], each["verdict"]) for each in said] == [
        ("pair", "accept"),
        ("pair", "undo"),
        ("pair", "reject"),
    ]
    counts = told(curate("status", "--json"))["pairs"]
    assert (counts["all"], counts["accepted"], counts["unchecked"]) == (1, 1, 0)


def test_a_pair_in_the_wrong_order_is_swapped_and_a_failed_one_overruled(curate, tmp_path):
    with_it, without = draw_pair(1).write(tmp_path / "table")
    wrong = curate("pairs", "add", without, with_it, "--no-models")
    assert ": fail." in wrong.stdout
    assert wrong.exit_code == 3
    pair = wrong.stdout[:8]
    assert wrong.stdout.strip().endswith(f"exchange them: curate pairs swap {pair}")
    with pytest.raises(CurateError, match=r"Only an adjudicator .*--adjudicate --reason"):
        curate("decide", "accept", pair)
    for looks in (("list",), ("show", pair)):
        assert f"exchange them: curate pairs swap {pair}" in " ".join(curate("pairs", *looks).stdout.split())
    right = curate("pairs", "swap", pair, "--no-models")
    assert (": pass." in right.stdout, right.stderr) == (True, "")
    again = curate("pairs", "swap", pair, "--no-models")
    assert (again.stdout, again.stderr) == (
        right.stdout,
        "Its frames were exchanged before; nothing was added.\n",
    )
    assert "curate pairs swap" not in curate("pairs", "show", pair).stdout
    with pytest.raises(CurateError, match=f"The pair {right.stdout[:8]}.* took the place"):
        curate("decide", "accept", pair, "--adjudicate", "--reason", "all the same")
    moved = draw_pair(2, shift=6).write(tmp_path / "table", "moved")
    as_json = curate("pairs", "add", *moved, "--no-models", "--json")
    assert (as_json.exit_code, json.loads(as_json.stdout)["verdict"]) == (3, "fail")
    failed = json.loads(as_json.stdout)["pair"][:8]
    curate("people", "add", "cora@lab.org", "--role", "curator")
    rule = ("decide", "accept", failed, "--adjudicate", "--reason", "wanted")
    with pytest.raises(CurateError, match=r"cora@lab\.org is curator"):
        curate(*rule, "--reviewer", "cora@lab.org")
    assert "accept recorded" in curate(*rule).stdout


def test_a_pair_gets_the_name_of_its_object_later_and_a_place_that_is_free(curate, tmp_path):
    first, second, third = (
        draw_pair(1, (320, 240), place=(x, 0.5)).write(tmp_path / "table", str(x)) for x in (0.4, 0.5, 0.6)
    )
    other = draw_pair(2, (320, 240)).write(tmp_path / "table", "other")
    ids = [told(curate("pairs", "add", *first, "--no-models", "--json"))["pair"]]
    named = curate("pairs", "add", *first, "--no-models", "--object", " red jug ", "--shoot", "table").stderr
    assert "the object is now called 'red jug'." in named
    assert "nothing was added" not in named
    assert "Not used" not in named
    assert told(curate("pairs", "list", "--json"))[0]["object_name"] == "red jug"
    for files in (second, third):
        added = curate("pairs", "add", *files, "--no-models", "--supersedes", ids[-1][:8], "--json")
        ids.append(told(added)["pair"])
    sentence = f"The pair {ids[2]} took the place of {ids[0]} .*--supersedes {ids[2][:8]}"
    with pytest.raises(CurateError, match=sentence):
        curate("pairs", "add", *other, "--no-models", "--supersedes", ids[0][:8])


def test_a_folder_is_imported_and_doubtful_photos_are_named_with_what_to_type(curate, tmp_path):
    card = tmp_path / "my card"
    draw_pair(1).write(card, "a")
    draw_pair(2).write(card, "b")[1].unlink()
    done = curate("pairs", "import", card, "--no-models")
    assert done.exit_code == 0
    assert "1 pair checked: 1 pass." in done.stdout
    assert "b with.jpg has no partner" in done.stderr
    assert f"curate pairs add '{card}/b with.jpg'" in done.stderr
    assert "3 photos, 1 new pair.\n" in done.stderr
    again = told(curate("pairs", "import", card, "--no-models", "--json"))
    assert (again["pairs"], again["new_photos"], len(again["doubtful"])) == ([], 0, 1)
    assert again["known_photos"] == 3
    assert "3 photos, 0 new pairs; 3 photos were known already.\n" in curate("pairs", "import", card).stderr
    assert curate("pairs", "check", "--no-models").stdout == "0 pairs checked.\n"
    draw_pair(3).write(card, "c")
    third = told(curate("pairs", "import", card, "--no-models", "--json"))
    assert [(each["pair"], each["verdict"]) for each in third["checks"]] == [(third["pairs"][0], "pass")]


def test_of_a_shot_that_was_left_out_nobody_is_asked_to_pair_it(curate, tmp_path):
    card, room = tmp_path / "card", draw_pair(1, SMALL)
    card.mkdir()
    bumped = draw_pair(1, SMALL, shift=6).counterfactual
    for number, pixels in enumerate((room.factual, bumped, room.counterfactual), start=1):
        (card / f"{number}.jpg").write_bytes(jpeg(pixels, START + timedelta(seconds=20 * number)))
    (card / "1.tif").write_bytes((card / "1.jpg").read_bytes() + b"five stars")
    done = curate("pairs", "import", card, "--no-models")
    assert (
        "2.jpg is left out (the camera moved 6.0 px). 1.jpg and 3.jpg make a good pair: nothing is"
        in done.stderr
    )
    assert "1.tif is the same shot as 1.jpg: it is left out." in done.stderr
    assert "WITHOUT-IT" not in done.stderr
    again = curate("pairs", "import", card, "--no-models")
    assert "2.jpg is left out, as 1.jpg and 3.jpg of its scene are a pair" in again.stderr
    assert "WITHOUT-IT" not in again.stderr


def test_no_shoot_is_left_without_a_pair(curate, tmp_path):
    files = draw_pair(1, SMALL).write(tmp_path / "card")
    curate("pairs", "add", *files, "--no-models", "--shoot", "sill")
    for again in (("add", *files), ("import", tmp_path / "card"), ("watch", tmp_path / "card", "--once")):
        curate("pairs", *again, "--no-models")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "no.jpg").write_bytes(b"no photo")
    assert curate("pairs", "import", tmp_path / "empty").exit_code == 1
    (tmp_path / "empty" / "no.jpg").rename(tmp_path / "empty" / "notes.txt")
    assert "No photo lies in " in curate("pairs", "import", tmp_path / "empty").stderr
    with pytest.raises(CurateError, match="Both photos are the same file"):
        curate("pairs", "add", files[0], files[0], "--shoot", "other")
    other = draw_pair(2, SMALL).write(tmp_path / "other")
    with pytest.raises(CurateError, match="There is no pair 'abc'"):
        curate("pairs", "add", *other, "--supersedes", "abc")
    with pytest.raises(CurateError, match="There is no kind 'trio'"):
        curate("pairs", "add", *other, "--kind", "trio")
    assert [each["name"] for each in told(curate("pairs", "shoots", "list", "--json"))] == ["sill"]


def test_whoever_corrects_the_mask_of_an_accepted_pair_hears_that_it_has_to_be_looked_at(curate, tmp_path):
    drawn = draw_pair(1, SMALL)
    pair = told(curate("pairs", "add", *drawn.write(tmp_path), "--no-models", "--json"))["pair"]
    for number in range(2):
        curate("decide", "accept", pair)
        (tmp_path / "mask.png").write_bytes(png(np.roll(drawn.mask, number, 1) * np.uint8(255)))
        done = curate("pairs", "mask", pair, tmp_path / "mask.png", *("--json",) * number)
        if number:
            assert json.loads(done.stdout)["sent_back"] is True
        else:
            assert f"{pair[:8]} is no longer accepted, as its masks changed: look at it again." in done.stdout
    open_again = curate("pairs", "mask", pair, tmp_path / "mask.png", "--json")
    assert json.loads(open_again.stdout)["sent_back"] is False


def test_a_re_shot_pair_belongs_to_the_shoot_of_the_one_whose_place_it_takes(curate, tmp_path):
    first, again = (draw_pair(1, SMALL, place=(x, 0.5)) for x in (0.4, 0.5))
    old = ("pairs", "add", *first.write(tmp_path / "may"), "--photographer", "eve", "--no-models", "--json")
    pair = told(curate(*old))["pair"]
    re_shot = ("pairs", "add", *again.write(tmp_path / "june"), "--supersedes", pair[:8], "--no-models")
    sentence = f"The pair {pair[:8]} is of the shoot 'may' of eve: only a pair of that shoot takes its place"
    with pytest.raises(CurateError, match=rf"{sentence}.* Say so with --shoot, or with --object\.$"):
        curate(*re_shot, "--shoot", "june")
    curate(*re_shot)
    (shoot,) = told(curate("pairs", "shoots", "list", "--json"))
    assert (shoot["name"], shoot["photographer"], shoot["pairs"]) == ("may", "eve", 2)


def test_the_name_of_an_object_is_corrected_and_the_old_one_stays_on_record(curate, tmp_path):
    files = draw_pair(1, SMALL).write(tmp_path)
    pair = told(curate("pairs", "add", *files, "--no-models", "--object", "vsae", "--json"))["pair"]
    done = curate("pairs", "rename-object", "vsae", "vase")
    assert done.stdout.endswith("is called 'vase' now, in 1 pair.\n")
    assert done.stderr == ""
    assert "vsae to vase by " in curate("pairs", "show", pair).stdout
    assert told(curate("pairs", "rename-object", "Vase", "jug", "--pair", pair[:8], "--json"))["new"] == "jug"
    assert told(curate("pairs", "list", "--json"))[0]["object_name"] == "jug"
    curate("pairs", "add", *draw_pair(2, SMALL).write(tmp_path, "b"), "--no-models", "--object", "bowl")
    joined = curate("pairs", "rename-object", "jug", "bowl").stderr
    assert "It is one object with that of 1 other pair now" in joined
    assert joined.endswith(f"If that is wrong: curate pairs rename-object bowl jug --pair {pair[:8]}\n")


def test_of_a_long_scene_it_is_said_what_to_type(curate, tmp_path):
    for number, x in enumerate((0.3, 0.4, 0.5)):
        pixels = draw_pair(1, SMALL, place=(x, 0.5)).factual
        (tmp_path / f"{number}.jpg").write_bytes(jpeg(pixels, START + timedelta(seconds=20 * number)))
    (tmp_path / "9.jpg").write_bytes(jpeg(draw_pair(1, SMALL).counterfactual, START + timedelta(seconds=60)))
    said = curate("pairs", "import", tmp_path, "--no-models").stderr
    assert "type it again with `--long-scenes burst` or `--long-scenes pairs`, or pair them by hand" in said
    assert all(f"{tmp_path}/{number}.jpg" in said for number in (0, 1, 2, 9))


def test_an_import_that_ended_before_it_measured_measures_the_next_time(curate, tmp_path):
    card = tmp_path / "card"
    files = draw_pair(1, (320, 240)).write(card, "a")
    with Workspace.open(tmp_path / "ws") as workspace:
        shoot = pair_intake.shoot_of(workspace, card, None, None, licence=None, consent=None)
        frames = [pair_intake.store_path(workspace, path, "ada").sha256 for path in files]
        pair = pairs.hand_in(workspace, *frames, shoot=shoot, by="ada").pair
    done = told(curate("pairs", "import", card, "--no-models", "--json"))
    assert (done["pairs"], [each["pair"] for each in done["checks"]]) == ([], [str(pair)])
    assert told(curate("pairs", "import", card, "--no-models", "--json"))["checks"] == []


def test_a_tether_folder_is_watched_once(curate, tmp_path):
    draw_pair(1).write(tmp_path / "tether")
    lines = curate("pairs", "watch", tmp_path / "tether", "--once", "--no-models", "--json").stdout
    waiting, verdict = map(json.loads, lines.splitlines())
    assert (waiting["waiting"], verdict["report"]["verdict"]) == (1, "pass")
    other = curate("pairs", "watch", tmp_path / "tether", "--once", "--no-models", "--shoot", "other").stderr
    assert "It is in a pair of the shoot 'tether' of " in other
    draw_pair(2).write(tmp_path / "tether", "b")[1].unlink()
    said = curate("pairs", "watch", tmp_path / "tether", "--once", "--no-models").stderr
    assert "Ctrl-C" not in said
    assert said.endswith("The last scene has 1 of 2 photos: run this again with the rest.\n")


def test_shoots_are_begun_filled_in_and_held_out(curate):
    curate("pairs", "shoots", "create", "sill", "--photographer", "ada")
    curate("pairs", "shoots", "create", "sill", "--photographer", "ada", "--licence", "MIT")
    assert "kept for evaluation" in curate("pairs", "shoots", "hold-out", "sill").stdout
    (shoot,) = told(curate("pairs", "shoots", "list", "--json"))
    assert (shoot["name"], shoot["licence"], shoot["held_out"]) == ("sill", "MIT", True)
    assert not told(curate("pairs", "shoots", "hold-out", "sill", "--back", "--json"))["held_out"]
    mended = curate("pairs", "shoots", "set", shoot["public_id"][:8], "--licence", "CC0-1.0").stdout
    assert "Shoot 'sill' of ada: licence CC0-1.0, consent not known, nobody to credit" in mended
    credited = curate("pairs", "shoots", "set", "sill", "--credit", " Ada\x1b[1m L.\n", "--json")
    assert told(credited)["credit"] == "Ada [1m L."
    assert "Shoot 'shelf' of ada: " in curate("pairs", "shoots", "rename", "sill", "shelf").stdout
    assert len(told(curate("pairs", "shoots", "list", "--json"))) == 1


def test_a_file_that_is_not_there_leaves_no_shoot(curate):
    with pytest.raises(CurateError, match="There is no file"):
        curate("pairs", "add", "nope.jpg", "nor.jpg")
    assert told(curate("pairs", "shoots", "list", "--json")) == []


def test_a_new_workspace_says_what_to_type(curate):
    assert "type `curate pairs add WITH-IT WITHOUT-IT`" in curate("pairs", "list").stderr
    assert "type `curate pairs shoots create NAME`" in curate("pairs", "shoots", "list").stderr


def test_a_folder_is_no_photo_and_a_photo_no_folder(curate, tmp_path):
    with_it, without = draw_pair(1, SMALL).write(tmp_path)
    sentence = f"{tmp_path} is a folder: name a photo, or type `curate pairs import {tmp_path}`"
    with pytest.raises(CurateError, match=sentence):
        curate("pairs", "add", tmp_path, without)
    done = curate("pairs", "import", with_it)
    assert done.exit_code == 2
    assert "curate pairs add" in done.stderr
    pair = told(curate("pairs", "add", with_it, without, "--no-models", "--json"))["pair"]
    with pytest.raises(CurateError, match=r"There is no file .*nope\.png: type the path of the mask, a PNG"):
        curate("pairs", "mask", pair, tmp_path / "nope.png")


def test_nothing_is_no_pair_s_id(curate, tmp_path):
    curate("pairs", "add", *draw_pair(1, (320, 240)).write(tmp_path), "--no-models")
    assert curate("pairs", "show", "").exit_code == 2
    assert curate("pairs", "swap", " ").exit_code == 2
    assert curate("pairs", "check", "").exit_code == 2


def test_pairs_have_a_rule_of_their_own(curate):
    rule = told(curate("queue", "consensus", "2", "3", "--kind", "pair", "--json"))
    assert rule == {"kind": "pair", "votes_needed": 2, "votes_asked": 3}
    assert told(curate("queue", "show", "--json"))["votes_needed"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("pairs", "show", "abc"), "There is no pair 'abc': type `curate pairs list`"),
        (("pairs", "check", "abc"), "There is no pair 'abc'"),
        (("pairs", "list", "--state", "good"), "No pair is ever 'good'"),
        (("pairs", "list", "--verdict", "good"), "No check ever says 'good'"),
        (("pairs", "list", "--shoot", "sill"), "There is no shoot 'sill'"),
        (("pairs", "add", "none.jpg", "nor.jpg"), r"There is no file none\.jpg: type the path of a photo"),
        (("decide", "accept", "abc"), "There is no group, pair or removal 'abc'"),
        (("queue", "consensus", "1", "1", "--kind", "photo"), "no items of kind 'photo'"),
    ],
)
def test_what_does_not_exist_is_one_sentence(curate, arguments, sentence):
    with pytest.raises(CurateError, match=sentence):
        curate(*arguments)


@pytest.mark.parametrize(
    ("text", "expected"), [("", []), ("1 2", [(0, 1)]), (" 1 2, 3 2 ", [(0, 1), (2, 1)])]
)
def test_pairs_are_typed_as_numbers(text, expected):
    assert pairs_from(text, 3) == expected


@pytest.mark.parametrize("text", ["1", "1 1", "1 4", "0 1", "a b", "1 2 3"])
def test_what_is_no_pair_of_numbers_is_asked_for_again(text):
    with pytest.raises(ValueError, match="is no pair: type two different numbers from 1 to 3"):
        pairs_from(text, 3)


def test_a_command_that_only_looks_loads_no_pixels():
    script = (
        "import sys, curate.cli.app; heavy = {'cv2', 'torch', 'numpy', 'sqlalchemy'} & set(sys.modules);"
        "print(sorted(heavy))"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


def test_checking_says_which_acceptances_it_sent_back(empty_workspace):
    pair = accepted(empty_workspace, draw_pair(0, (160, 120)))  # with masks that were written by hand

    def check(*options: str) -> Result:
        return CliRunner().invoke(
            app, ["-w", str(empty_workspace.root), "pairs", "check", str(pair), "--no-models", *options]
        )

    done = check().stdout.splitlines()
    assert done[-1].startswith("1 of them is no longer accepted, as masks or verdict changed: look at ")
    assert str(pair)[:8] in done[-1]
    assert [each["sent_back"] for each in told(check("--json"))] == [False]  # it is open by now
