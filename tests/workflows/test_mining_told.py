"""What a mining run tells of what it had no look at, and of why it found nothing."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import asdict, replace

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from chain import last
from curate.cli.app import app
from curate.cli.mining_words import report_mine
from curate.cli.stage_words import say_failures
from curate.database import fingerprints, objects
from curate.errors import CurateError, NotFoundError
from curate.records import Band, Box, Detection
from curate.vision.registry import OFFLINE_DETECTOR, OFFLINE_EMBEDDER, find_embedder
from curate.workflows.mine import mine
from curate.workflows.mining_options import from_parameters
from curate.workspace import Workspace
from growing import EMBEDDER, OPTIONS, Growing
from stored_photos import DETECTOR, store_photo


@pytest.fixture
def growing(empty_workspace: Workspace) -> Growing:
    """Views of three things in two or three photos each: similar by about .8."""
    growing = Growing(empty_workspace)
    growing.take_in([(n, [n // 3]) for n in range(9)])
    return growing


def curate(growing: Growing, *words: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(growing.workspace.root), *words])


SMALL = ("mine", "--min-share", "0", "--min-side", "1", "--band", "0.7", "0.95", "--min-views", "2")

EXAMPLE = ": type --band 0.4 0.8."


def test_photos_that_wait_are_told_with_their_commands(growing):
    with growing.workspace.transaction() as session:
        store_photo(session, 100)
        for number in (101, 102):
            waits = store_photo(session, number)
            model = fingerprints.find(session, DETECTOR)
            found = [Detection(Box(10, 20, 100, 120), 0.9, "jug")]
            objects.record_detections(session, waits, model.id, DETECTOR, found)
        other = fingerprints.ensure(session, "f" * 64, "detector", OFFLINE_DETECTOR)
        objects.record_detections(session, store_photo(session, 1), other, "f" * 64, found)
    told = curate(growing, *SMALL, "--detector", "drawn")
    assert told.stdout.startswith("3 groups of 9 views")
    assert told.stderr.endswith(
        "Not mined, because they still wait: 1 photo for `curate annotate import FILE`, "
        "2 photos for `curate embed --model drawn`.\n"
    )
    again = json.loads(curate(growing, *SMALL, "--detector", "drawn", "--json").stdout)
    assert {stage: each["photos"] for stage, each in again["waiting"].items()} == {"detect": 1, "embed": 2}
    with pytest.raises(
        NotFoundError, match=f"11 photos for `curate detect --model {OFFLINE_DETECTOR}`, 1 photo"
    ):
        last(mine(growing.workspace, OPTIONS, detector=OFFLINE_DETECTOR))


@pytest.mark.parametrize(
    ("changed", "numbers", "words"),
    [
        (
            {"min_views": 3},
            {"photos": 9, "pairs_in_band": 9, "most_views": 2, "objects_with_enough_views": 0},
            "Pairs in the band of 0.7 to 0.95: 9; but no object has others in more than 2 of the other "
            "photos, where --min-views asks for 3: type --min-views 2, or a wider --band;",
        ),
        ({"band": Band(0.96, 1, "tests")}, {"pairs_in_band": 0}, "the most similar have 0.8"),
        (
            {"band": Band(0.5, 0.6, "tests")},
            {"pairs_in_band": 0, "objects_above_band": 9},
            "No pair lies in the band of 0.5 to 0.6; 9 objects are more similar to another than the band "
            "allows, as copies of a photo are: if they are none, type --band 0.5 0.8",
        ),
        (
            {"min_views": 9, "max_size": 12},
            {},
            "The objects lie in 9 photos, where --min-views 9 asks for 10",
        ),
    ],
    ids=["too few views", "nothing so similar", "all more similar", "too few photos"],
)
def test_a_run_without_groups_says_why_and_what_to_try(growing, changed, numbers, words):
    options = replace(OPTIONS, **changed)
    found, again = (last(mine(growing.workspace, options)) for _ in range(2))
    assert found["groups"] == 0
    assert {name: found["no_groups"][name] for name in numbers} == numbers
    assert words in found["no_groups"]["why"]
    assert again["no_groups"] == found["no_groups"]


def test_neighbours_that_are_not_near_each_other_are_no_group_and_it_says_so(empty_workspace):
    growing = Growing(empty_workspace)
    growing.take_in([(0, [0]), (1, [0]), (2, [0])], noises=(1.2,))
    similar = last(mine(empty_workspace, replace(OPTIONS, band=Band(-1, 1, "tests"))))
    assert similar["groups"] == 1
    with empty_workspace.transaction() as session:
        lowest = session.scalar(text("SELECT min(similarity) FROM edges"))
    found = last(mine(empty_workspace, replace(OPTIONS, band=Band(lowest + 1e-4, 1, "tests"))))
    assert (found["groups"], found["no_groups"]["objects_with_enough_views"]) == (0, 1)
    assert "but no 3 objects are all in it with each other" in found["no_groups"]["why"]


def test_why_nothing_was_found_is_said_and_what_was_found_needs_no_reason(growing):
    nothing = curate(growing, *SMALL, "--band", "0.96", "1")
    assert nothing.stdout.startswith("0 groups, from 0 edges between 9 objects.")
    assert nothing.stderr.startswith("No two objects of different photos are as similar as the band of 0.96")
    found = curate(growing, *SMALL, "--json")
    assert "no_groups" not in json.loads(found.stdout)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (
            ["jug, jug"],
            "No object is labelled 'jug, jug': give --exclude once for each label, "
            "--exclude jug --exclude jug.",
        ),
        (["jug"], "No object passes the filters"),
        (
            ["jug,lamp"],
            "No object is labelled 'jug,lamp': give --exclude once for each label, --exclude jug ",
        ),
    ],
)
def test_a_label_that_no_object_can_have_is_refused_and_nothing_is_stored(growing, labels, words):
    typed = [word for label in labels for word in ("--exclude", label)]
    refused = curate(growing, *SMALL, *typed)
    assert str(refused.exception).startswith(words)
    assert curate(growing, "runs", "--json").stdout == "[]\n"


def test_a_label_that_the_detector_knows_and_no_object_has_leaves_nothing_out(growing):
    with growing.workspace.transaction() as session:
        session.execute(
            text("UPDATE models SET name = :name WHERE role = 'detector'"), {"name": OFFLINE_DETECTOR}
        )
    told = curate(growing, *SMALL, "--exclude", "wine glass")
    assert told.stderr.startswith("--exclude 'wine glass' leaves nothing out, the labels here are jug.\n")
    assert told.stdout.startswith("3 groups of 9 views")
    said = "No object is labelled 'QX-7': the labels here are jug. Leave it away."
    refused = curate(growing, *SMALL, "--exclude", "QX-7")
    assert str(refused.exception) == said
    refused = curate(growing, *SMALL, "--exclude", "cup,wine glass")
    assert str(refused.exception).endswith("--exclude cup --exclude 'wine glass'.")
    assert "Did you mean 'wine glass'?" in str(curate(growing, *SMALL, "--exclude", "wineglass").exception)


def test_people_may_draw_another_label_later_so_that_one_they_have_not_drawn_is_told_only(growing):
    told = curate(growing, *SMALL, "--exclude", "jugg")
    said = "--exclude 'jugg' leaves nothing out, the labels here are jug. Did you mean 'jug'?\n"
    assert told.stderr.startswith(said)
    assert told.stdout.startswith("3 groups of 9 views")


@pytest.mark.parametrize("role", ["detector", "embedder"])
def test_a_mistyped_model_is_told_with_those_that_were_used(growing, role):
    refused = curate(growing, *SMALL, f"--{role}", "Drwan")
    said = f"The {role} 'Drwan' has not looked at any photo yet, only drawn. Did you mean 'drawn'?"
    assert (refused.exit_code, str(refused.exception)) == (1, said)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["mine", "--embedder", "sscd-distilled"],
            "The embedder 'sscd-distilled' has not looked at any photo yet: type "
            "`curate embed --model sscd-distilled` first.",
        ),
        (["mine", "--detector", "yolo11n"], "type `curate detect --model yolo11n` first."),
        (["search", "ffff", "--embedder", "sscd"], "type `curate embed --model sscd` first."),
        (["mine", "--embedder", "sscd-distiled"], "only drawn. Did you mean 'sscd-distilled'?"),
    ],
)
def test_a_model_that_has_not_looked_is_told_with_its_command(growing, words, sentence):
    refused = curate(growing, *words)
    assert (refused.exit_code, str(refused.exception)[-len(sentence) :]) == (1, sentence)


def test_whole_numbers_are_the_same_options_as_the_numbers_that_are_typed(growing):
    found = last(mine(growing.workspace, OPTIONS))
    floats = replace(OPTIONS.filter, min_confidence=0.0, min_share=0.0, max_share=1.0, min_side=1.0)
    assert last(mine(growing.workspace, replace(OPTIONS, filter=floats))) == {**found, "new": False}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (OFFLINE_EMBEDDER, []),
        ("openclip-vit-b-32", ["The band of this embedder was not measured"]),
    ],
)
def test_the_numbers_of_the_default_band_are_the_run_of_the_default(growing, name, told):
    with growing.workspace.transaction() as session:
        session.execute(text("UPDATE models SET name = :name WHERE role = 'embedder'"), {"name": name})
    options = replace(OPTIONS, band=None)
    notices: list[str] = []
    found = last(mine(growing.workspace, options, notice=notices.append))
    own = find_embedder(name).band
    assert [said.split(":")[0] for said in notices] == told
    notices.clear()
    typed = replace(OPTIONS, band=replace(own, provenance="given"))
    again = last(mine(growing.workspace, typed, notice=notices.append))
    assert (again, notices) == ({**found, "new": False}, [])
    (listed,) = json.loads(curate(growing, "runs", "--json").stdout)
    assert listed["parameters"]["band"] == asdict(own)
    other = replace(typed, band=replace(typed.band, high=typed.band.high + 0.001))
    assert last(mine(growing.workspace, other))["new"]


def test_an_embedder_without_a_band_asks_for_one(growing):
    with pytest.raises(NotFoundError, match="The embedder drawn has no default band: say --band LOW HIGH"):
        last(mine(growing.workspace, replace(OPTIONS, band=None)))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--min-views", "0"],
            "--min-views 0 is too few: a group is two views at least, so type --min-views 1",
        ),
        (["--max-size", "3"], "so type --max-size 4 or more."),
        (["--top-k", "0"], "so type --top-k 12 or more."),
        (["--near-duplicate-distance", "65"], "type one from 0 to 64; 6 is the default."),
        (["--near-duplicate-distance", "-1"], "--near-duplicate-distance -1 is no number of bits"),
        (["--min-share", "5"], "--min-share 5 is no share: type --min-share with a number from 0 to 1."),
        (["--max-share", "nan"], "type --max-share with a number from 0 to 1."),
        (["--min-confidence", "30"], "type --min-confidence with a number from 0 to 1."),
        (["--min-share", "0.5", "--max-share", "0.1"], "--min-share 0.5 is above --max-share 0.1:"),
        (["--min-side", "-4"], "type --min-side with 0 or more."),
        (["--memory", "8"], "--memory 8 is 8 bytes: type it as in --memory 8G."),
        (["--memory", "lots"], "--memory 'lots' is no amount of memory: type it as in --memory 8G."),
        (["--rule", "loose"], "There is no grouping rule 'loose'"),
        (["--band", "0.9", "0.1"], "type it as in --band 0.4 0.8."),
        ([], "There is no photo here yet: type `curate ingest FOLDER`, or `curate run FOLDER`"),
    ],
)
def test_an_empty_workspace_asks_for_photos_once_the_options_are_right(empty_workspace, words, sentence):
    refused = CliRunner().invoke(app, ["--workspace", str(empty_workspace.root), "mine", *words])
    assert isinstance(refused.exception, CurateError)
    assert sentence in str(refused.exception)


def test_photos_that_nothing_was_found_in_yet_ask_for_a_detector(empty_workspace):
    with empty_workspace.transaction() as session:
        store_photo(session, 1)
    with pytest.raises(NotFoundError, match="type `curate detect` first"):
        last(mine(empty_workspace, OPTIONS))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"groups": 0, "edges": 1}, "0 groups, from 1 edge between 9 objects.\n"),
        ({"groups": 1, "views": 2, "edges": 2}, "1 group of 2 views, from 2 edges between 9 objects.\n"),
        ({"groups": 1234, "views": 23456}, "1,234 groups of 23,456 views, from"),
        ({"edges_dropped": 1}, "Left out 1 edge of objects"),
        ({"recall_low": 0.5, "sampled_pairs": 1, "reached": False}, "\n1 pair is too few to tell --recall"),
        (
            {"recall_low": 0.0, "sampled_pairs": 0, "sampled_vectors": 1},
            "1 object drawn at random was compared",
        ),
    ],
)
def test_one_is_told_as_one_and_many_as_many(growing, capsys, changed, words):
    found = last(mine(growing.workspace, OPTIONS))
    report_mine({**found, **changed, "comparison": found["comparison"] | {"recall": 0.9} | changed})
    told = capsys.readouterr()
    assert words in f"{told.out}\n{told.err}"


@pytest.mark.parametrize(
    ("before", "were"), [(1, "1 input failed before and was"), (2, "2 inputs failed before and were")]
)
def test_what_failed_before_is_counted_in_words(capsys, before, were):
    say_failures({"failed_before": before})
    assert capsys.readouterr().err == f"{were} left alone: --retry-failed tries again.\n"


def test_options_are_read_back_from_what_is_recorded():
    options = replace(OPTIONS, filter=replace(OPTIONS.filter, exclude_labels=("cup", "jug")))
    recorded = json.loads(json.dumps({**asdict(options), "detector": DETECTOR, "embedder": EMBEDDER}))
    assert from_parameters(recorded) == (options, DETECTOR, EMBEDDER)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"cells": 400, "arithmetic": "bfloat16", "width": 8}, " (400 cells, bfloat16, 8 of 32 numbers)"),
        ({"cells": 400, "arithmetic": "float32"}, " (400 cells, float32, 32 numbers)"),
        ({}, ""),
    ],
)
def test_how_it_was_compared_is_told_where_that_was_not_all_with_all(growing, capsys, how, words):
    found = last(mine(growing.workspace, OPTIONS))
    report_mine({**found, "comparison": found["comparison"] | how})
    assert re.search(rf"Compared in \d+\.\d s{re.escape(words)}, the rest", capsys.readouterr().err)


def test_what_is_more_similar_than_the_band_allows_is_counted(growing, capsys):
    found = last(mine(growing.workspace, OPTIONS))
    report_mine(found)
    assert "than the band allows" not in capsys.readouterr().err
    with growing.workspace.transaction() as session:
        highest = session.scalar(text("SELECT max(similarity) FROM edges"))
    below = replace(OPTIONS, band=Band(OPTIONS.band.low, highest - 1e-5, "tests"))
    report_mine(last(mine(growing.workspace, below)))
    assert "2 objects are more similar to something in another photo than" in capsys.readouterr().err


def test_a_sample_without_pairs_is_no_recall_of_a_hundred_percent(growing, capsys):
    found = last(mine(growing.workspace, OPTIONS))
    none = {"recall_low": 0.0, "recall": None, "sampled_pairs": 0, "sampled_vectors": 65536, "reached": False}
    report_mine({**found, "comparison": found["comparison"] | none})
    told = capsys.readouterr().err
    assert "65,536 objects drawn at random were compared with all: nothing in the band" in told
    assert "%" not in told


def test_runs_are_listed_with_those_that_did_not_end(growing):
    assert curate(growing, "runs").stdout == "Nothing has been mined yet: type `curate mine`.\n"
    first = last(mine(growing.workspace, OPTIONS))
    second = last(mine(growing.workspace, replace(OPTIONS, min_views=1)))
    steps = mine(growing.workspace, replace(OPTIONS, min_views=4))
    while next(steps).stage != "vectors":
        pass
    steps.close()
    listed = json.loads(curate(growing, "runs", "--json").stdout)
    assert [(each["state"], each["parameters"]["min_views"]) for each in listed] == [
        ("unfinished", 4), ("latest", 1), ("earlier", 2),
    ]  # fmt: skip
    assert [each["run"] for each in listed[1:]] == [second["run"], first["run"]]
    assert {(each["embedder"], each["detector"], each["parameters"]["band"]["low"]) for each in listed} == {
        ("drawn", "drawn", 0.7)
    }
    assert [each["groups"] for each in listed] == [None, second["groups"], first["groups"]]
    assert [each["recall_low"] for each in listed] == [None, 1, 1]
    rows = [row for row in curate(growing, "runs").stdout.splitlines()[3:] if row.strip()]
    assert [row.split()[:2] for row in rows[:3]] == [[each["run"][:8], each["state"]] for each in listed]
    assert [row.split()[4] for row in rows[1:3]] == ["9", "9"]
    assert rows[4:] == [
        f"  {each['run'][:8]}  {each['command']}  (drawn, drawn, 0.7 to 0.95)" for each in listed
    ]


def test_runs_of_one_command_are_told_as_the_newest(growing):
    first = last(mine(growing.workspace, OPTIONS))
    growing.take_in([(20, [0])])
    second = last(mine(growing.workspace, OPTIONS))
    told = curate(growing, "runs").stdout.splitlines()
    assert told[-1] == f"  {first['run'][:8]}  as {second['run'][:8]}, before objects came or went"
    assert told[-2].startswith(f"  {second['run'][:8]}  curate mine ")


def test_the_command_of_a_run_typed_again_is_that_run(growing):
    exotic = ("--top-k", "50", "--recall", "0.5", "--exclude", "a cup", "--near-duplicate-distance", "2")
    for options in ((), ("--rule", "star"), exotic):
        assert curate(growing, *SMALL, *options).exit_code == 0
    listed = json.loads(curate(growing, "runs", "--json").stdout)
    small = "curate mine --band 0.7 0.95 --min-views 2 --min-share 0 --min-side 1"
    assert [each["command"] for each in listed] == [
        "curate mine --band 0.7 0.95 --min-views 2 --near-duplicate-distance 2 --recall 0.5 --top-k 50 "
        "--min-share 0 --min-side 1 --exclude 'a cup'",
        "curate mine --band 0.7 0.95 --rule star --min-views 2 --min-share 0 --min-side 1",
        small,
    ]
    with growing.workspace.transaction() as session:  # names a model only where one has to say which
        fingerprints.ensure(session, "f" * 64, "detector", "another")
        fingerprints.ensure(session, "0" * 64, "embedder", "drawn")
    for run in reversed(listed):
        again = json.loads(curate(growing, *shlex.split(run["command"])[1:], "--json").stdout)
        assert (again["run"], again["new"]) == (run["run"], False)
    named = json.loads(curate(growing, "runs", "--json").stdout)[-1]["command"]
    assert named == f"{small} --detector drawn --embedder {EMBEDDER[:12]}"
    assert json.loads(curate(growing, *shlex.split(named)[1:], "--json").stdout)["run"] == listed[-1]["run"]


@pytest.mark.parametrize(
    "words", [["--band", "0.5"], ["--band=0.4,0.8"], ["--band=0.4,0.8", "--min-views", "1"]]
)
def test_a_band_that_is_typed_otherwise_is_told_with_an_example(words):
    refused = CliRunner().invoke(app, ["mine", *words])
    assert (refused.exit_code, refused.stderr.rstrip()[-len(EXAMPLE) :]) == (2, EXAMPLE)


def test_a_file_is_no_folder_for_plots(tmp_path):
    (tmp_path / "plots.png").touch()
    refused = CliRunner().invoke(app, ["analyse", "--to", str(tmp_path / "plots.png")])
    assert refused.exit_code == 2
    assert refused.stderr.endswith("plots.png is a file: name a folder.\n")
