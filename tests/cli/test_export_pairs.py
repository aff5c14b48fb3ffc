"""``curate export removal``, ``curate export insertion-pairs`` and ``curate verify`` on what they wrote."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from curate.workflows import pairs, review
from pair_files import draw_pair
from stored_pairs import accepted, hand_in


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        return CliRunner().invoke(app, ["-w", str(empty_workspace.root), *arguments])

    return run


@pytest.mark.parametrize("task", ["removal", "insertion-pairs"])
def test_pairs_are_exported_and_verified(empty_workspace, curate, tmp_path, task):
    accepted(empty_workspace, draw_pair(0, (160, 120)), held_out=True)
    asked = ("export", task, "--name", "jugs", "--to", str(tmp_path))
    told = json.loads(curate(*asked, "--json").stdout)
    assert told["counts"]["test"] == 1
    assert told["new"]
    assert told["left_out"] == {}
    assert "was there already, equal byte for byte: 1 record (1 in test)" in curate(*asked).stdout
    assert told["warnings"] == {}
    sound = json.loads(curate("verify", told["folder"], "--json").stdout)
    assert (sound["task"], sound["content_hash"]) == (task, told["content_hash"])


def test_a_converted_export_is_what_an_export_in_that_format_is(empty_workspace, curate, tmp_path):
    accepted(empty_workspace, draw_pair(0, (160, 120)))
    asked = ("export", "removal", "--name", "jugs", "--json", "--to")
    plain = json.loads(curate(*asked, str(tmp_path / "plain")).stdout)
    shards = json.loads(curate(*asked, str(tmp_path / "shards"), "--format", "webdataset").stdout)
    options = ("--format", "webdataset", "--to", str(tmp_path / "converted"))
    told = json.loads(curate("convert", plain["folder"], *options, "--json").stdout)
    assert told["folder"] == str(tmp_path / "converted" / "jugs-1")
    assert told["content_hash"] == shards["content_hash"] != plain["content_hash"]
    assert "files and decisions checked" in curate("verify", told["folder"]).stdout
    assert "was there already, equal byte for byte" in curate("convert", plain["folder"], *options).stdout


def test_whoever_holds_a_shoot_out_hears_which_pairs_were_exported(empty_workspace, curate, tmp_path):
    pair = accepted(empty_workspace, draw_pair(0, (160, 120)))
    curate("export", "removal", "--name", "jugs", "--to", str(tmp_path), "--shares", "100", "0", "0")
    told = curate("pairs", "shoots", "hold-out", "kitchen")
    folder = tmp_path / "jugs-1"
    assert f"Exported for train or validation before, in {folder}: {str(pair)[:8]}." in told.stderr
    assert told.stderr.strip().endswith("--back")
    assert "Exported" not in curate("pairs", "shoots", "hold-out", "kitchen", "--back").stderr


def test_an_export_whose_photos_keep_other_shares_says_so(empty_workspace, curate, tmp_path):
    for number in range(2):
        accepted(empty_workspace, draw_pair(number, (160, 120)), f"room {number}", credit=None)
    asked = ("export", "removal", "--to", str(tmp_path), "--name", "jugs", "--shares")
    first = curate(*asked, "100", "0", "0")
    assert "2 pairs exported under a licence that wants the photographer named" in first.stderr
    assert "keep the split" not in first.stderr
    accepted(empty_workspace, draw_pair(2, (160, 120)), "room 2")
    told = curate(*asked, "0", "0", "100", "--version", "2").stderr
    shares = "the shares are 67/0/33 percent instead of 0/0/100"
    assert f"Warning: 4 of 6 photos keep the split of an earlier export, so {shares}." in told
    assert "2 pairs exported under a licence" in told
    again = curate(*asked, "100", "0", "0", "--version", "3", "--json")
    assert json.loads(again.stdout)["shares"].startswith("2 of 6 photos keep the split of an earlier export")


def test_a_pair_that_is_exported_though_its_camera_moved_is_a_warning(empty_workspace, curate, tmp_path):
    pair = hand_in(empty_workspace, draw_pair(1, (320, 240), shift=6).files)
    pairs.check(empty_workspace, pair, models=False)
    review.decide(empty_workspace, str(pair), "accept", reviewer="judy", reason="wanted", adjudicates=True)
    told = curate("export", "removal", "--name", "jugs", "--to", str(tmp_path))
    assert "Warning: 1 pair exported as taken, though the camera moved too far" in told.stderr
    assert told.stderr.endswith(f": {str(pair)[:8]}.\n")
