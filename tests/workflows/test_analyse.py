"""An analysis of the demo's photos, mined with a wide band, against plain loops over all vectors."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from chain import last
from curate.cli.analyse import report_analysis
from curate.cli.app import app
from curate.database import analyses, mining
from curate.errors import NotFoundError
from curate.records import Band
from curate.shares import Share
from curate.verdicts import DIFFERENT, VARIANT
from curate.workflows import analysis_notes, analysis_plots, analysis_words, review, stored_vectors
from curate.workflows.analyse import AnalysisOptions, analyse
from curate.workflows.analysis_files import write_analysis
from curate.workflows.analysis_words import PAPER
from curate.workflows.kept_analyses import analysed, with_photos
from curate.workflows.mine import MiningOptions, mine
from curate.workflows.near_duplicates import photo_keys
from curate.workflows.run import DEFAULT_FILTER
from curate.workflows.things import uuids
from curate.workspace import Workspace

WIDE = MiningOptions(Band(0.2, 0.6, "given"), DEFAULT_FILTER, min_views=2)


@pytest.fixture(scope="module")
def workspace(mined, tmp_path_factory):
    """A copy mined with a wide band, where a person has judged four groups in four ways."""
    root = tmp_path_factory.mktemp("analysed") / "ws"
    shutil.copytree(mined.root, root)
    with Workspace.open(root) as opened:
        last(mine(opened, WIDE))
        review.decide_automatically(opened, review.Policy(0.5))  # which must not count
        first, second, third, fourth, *_ = review.groups(opened)
        review.decide(opened, str(first.public_id), "accept", reviewer="ada")
        for group, mark in ((second, DIFFERENT), (third, VARIANT)):
            odd = str(group.views[-1].object_.public_id)
            review.decide(opened, str(group.public_id), "accept", reviewer="ada", marks={mark: [odd]})
        review.decide(opened, str(fourth.public_id), "reject", reviewer="ada")
        yield opened


@pytest.fixture(scope="module")
def found(workspace):
    return analyse(workspace, AnalysisOptions())


@pytest.fixture(scope="module")
def plain(workspace):
    """Objects by their places: cosine of every two [n, n] and the photo that each counts for."""
    with workspace.transaction() as session:
        run = mining.latest_run(session)
        objects = mining.candidates(session, run.detector_id, run.embedder_id, WIDE.filter)
        keys = photo_keys(session, WIDE.near_duplicate_distance).of(objects["photo"])
    ids = uuids(objects["public_id"])
    rows = stored_vectors.of_objects(workspace, run.embedder_id, ids).astype(np.float64)
    return ids, (rows @ rows.T).astype(np.float32).astype(np.float64), keys


@pytest.fixture
def curate(workspace):
    """Run a command on the workspace; what it says on standard output."""

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["--workspace", str(workspace.root), *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def best_of_photos(plain, row):
    """The highest cosine to any object of every other photo, highest first."""
    _, cosine, keys = plain
    best = {}
    for other, key in enumerate(keys):
        if key != keys[row]:
            best[key] = max(best.get(key, -1.0), cosine[row, other])
    return sorted(best.values(), reverse=True)


def test_objects_are_counted_in_both_ways(found, plain):
    _, cosine, keys = plain
    band, counts = WIDE.band, found["counts"]
    assert (counts["photos"], counts["objects"]) == (39, len(keys))
    assert counts["objects"] == counts["objects_when_mined"]
    for k in (1, 3):
        recurring, nearest = 0, 0
        for row in range(len(keys)):
            others = [n for n in range(len(keys)) if keys[n] != keys[row]]
            recurring += len({keys[n] for n in others if band.holds(cosine[row, n])}) >= k
            nearest += all(band.holds(value) for value in best_of_photos(plain, row)[:k])
        assert counts[f"with_{k}"]["hits"] == recurring
        assert counts[f"nearest_{k}_in_band"] == found["nearest"][f"nearest_{k}_in_band"]["hits"] == nearest
        assert 0 < nearest < recurring < len(keys)


def test_the_three_nearest_are_those_of_other_photos(found, plain):
    near = np.array([best_of_photos(plain, row)[:3] for row in range(len(plain[2]))])
    told = found["nearest"]
    for rank, column in enumerate(near.T):
        inside = sum(WIDE.band.holds(value) for value in column)
        below, above = sum(column < WIDE.band.low), sum(column > WIDE.band.high)
        assert told["ranks"][rank] == {"below": below, "inside": inside, "above": above}
        counted = Counter(int(value / 0.005) for value in column)
        assert {
            round(each["low"] / 0.005): each["ranks"][rank] for each in told["bins"] if each["ranks"][rank]
        } == counted
    assert told["objects"] == told["of"] == len(near)
    assert told["all"] == {where: sum(each[where] for each in told["ranks"]) for where in told["all"]}


def test_precision_is_what_a_person_said_of_pairs_at_or_above_each_threshold(workspace, found, plain):
    ids, cosine, _ = plain
    first, second, third, fourth, *_ = (
        [ids.index(v.object_.public_id) for v in g.views] for g in review.groups(workspace)
    )
    same = [*combinations(first, 2), *combinations(second[:-1], 2), *combinations(third[:-1], 2)]
    different = [*((n, second[-1]) for n in second[:-1]), *combinations(fourth, 2)]
    variant = [(n, third[-1]) for n in third[:-1]]
    told = found["precision"]
    assert (told["same"], told["different"], told["variant"]) == (len(same), len(different), len(variant))
    assert told["pairs"] == len({*same, *different, *variant})
    judged = [(cosine[a, b], (a, b) in same) for a, b in [*same, *different, *variant]]
    points = told["points"]
    assert points[0]["total"] == len(judged)
    assert points[-1]["total"] > 0
    for point in points:
        above = [is_same for value, is_same in judged if value >= point["threshold"]]
        assert (point["hits"], point["total"]) == (sum(above), len(above))
        assert (point["low"], point["high"]) == Share(sum(above), len(above)).interval
    assert len({point["value"] for point in points}) > 2


def test_the_whole_corpus_is_the_last_point_of_its_growth(found):
    whole = found["growth"]["points"][-1]
    assert whole["objects"] == found["counts"]["objects"]
    assert whole["photos"] == found["counts"]["photos_with_objects"]
    for k in (1, 3):
        assert whole[f"with_{k}"]["count"] == found["counts"][f"with_{k}"]["hits"]
        assert (
            sum(row[f"with_{k}"]["hits"] for row in found["classes"]) == found["counts"][f"with_{k}"]["hits"]
        )


def test_a_sample_is_drawn_by_its_seed_and_says_how_large_it_is(workspace, found):
    one, again, other = (
        analyse(workspace, AnalysisOptions(sample=20, seed=seed))["nearest"] for seed in (1, 1, 2)
    )
    assert (one["objects"], one["of"]) == (20, found["counts"]["objects"])
    assert one == again
    assert one["bins"] != other["bins"]
    assert sum(sum(each["ranks"]) for each in one["bins"]) == 60


def test_the_newest_answer_about_a_run_is_kept_and_an_older_one_is_known_as_such(workspace, found):
    analyse(workspace, AnalysisOptions())
    kept = analysed(workspace)
    assert kept.of_latest_run
    assert kept.result == json.loads(json.dumps(found))
    last(mine(workspace, MiningOptions(Band(0.3, 0.6, "given"), DEFAULT_FILTER, min_views=2)))
    assert not analysed(workspace).of_latest_run
    assert analysed(workspace).result["run"] == found["run"]
    assert analyse(workspace, AnalysisOptions(run=found["run"][:9].upper())) == found
    assert not analysed(workspace).of_latest_run
    newer = analyse(workspace, AnalysisOptions())
    assert analysed(workspace).result["run"] == newer["run"] != found["run"]
    last(mine(workspace, WIDE))
    assert analysed(workspace).of_latest_run


def test_photos_that_became_near_duplicates_since_are_no_neighbours(workspace, found):
    def distance(bits):
        with workspace.transaction() as session:
            run = analyses.run_starting(session, found["run"])
            run.parameters = {**run.parameters, "near_duplicate_distance": bits}

    distance(64)  # now any two photos are
    try:
        one = analyse(workspace, AnalysisOptions(found["run"]))
    finally:
        distance(WIDE.near_duplicate_distance)
    assert (one["counts"]["edges"], one["counts"]["with_1"]["hits"], one["hubs"]["most"]) == (0, 0, [])
    assert (one["nearest"]["bins"], one["precision"]["pairs"]) == ([], 0)
    assert analysis_plots.drawn(one) == ["counts"]


@pytest.mark.parametrize(
    ("run", "said"), [("", "Several mining runs"), ("%", "No mining run"), ("zz", "No mining run")]
)
def test_a_run_is_named_by_the_start_of_its_id_alone(workspace, run, said):
    with workspace.transaction() as session, pytest.raises(NotFoundError, match=said):
        analyses.run_starting(session, run)


def test_what_has_no_plot_is_a_sentence_on_the_page_and_an_older_plot_goes(found, tmp_path):
    (tmp_path / "precision.svg").write_text("of other numbers")
    unjudged = {**found, "precision": {**found["precision"], "pairs": 0, "points": []}}
    files = write_analysis(unjudged, tmp_path)
    assert not (tmp_path / "precision.svg").exists()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files}
    assert "type <code>curate review</code>" in files[-1].read_text()


def test_the_command_tells_people_and_programs_the_same(curate, found, tmp_path):
    told = json.loads(curate("analyse", "--json"))
    hubs = told["hubs"]["most"]
    assert [{name: each[name] for name in each if name != "photo"} for each in hubs] == found["hubs"]["most"]
    assert all(each["photo"].startswith("file:") for each in hubs)
    moving = {"hubs", "mined_at"}  # mining the same again makes a run the latest
    same = {name: json.loads(json.dumps(found[name])) for name in found.keys() - moving}
    assert {name: told[name] for name in told.keys() - moving} == same
    said = curate("analyse", "--to", str(tmp_path / "plots"))
    counts = found["counts"]
    (here,) = [line.split() for line in said.splitlines() if "this workspace" in line]
    assert here[2:5] == ["39", str(counts["objects"]), str(counts["with_1"]["hits"])]
    assert max(map(len, table_rows(said))) <= 80
    assert "2.4 %*" in said
    assert "64,991 of 8,067,907 objects are 0.8 %" in said
    assert "not a random sample of all pairs" in said
    page = (tmp_path / "plots" / "index.html").read_text()
    assert "<code>curate" in page
    assert "`" not in page
    for name in analysis_plots.CHARTS:
        assert f'src="{name}.png"' in page
        svg = (tmp_path / "plots" / f"{name}.svg").read_text()
        assert f"39 photos, {counts['objects']} objects. Boxes: {found['detector']}." in svg
        with Image.open(tmp_path / "plots" / f"{name}.png") as picture:
            assert min(picture.size) > 100
    assert json.loads((tmp_path / "plots" / "analysis.json").read_text()) == told


def table_rows(said: str) -> list[str]:
    """Lines of tables begin with a space."""
    return [line.rstrip() for line in said.splitlines() if line.startswith(" ")]


def test_the_tables_of_the_largest_corpora_fit_a_terminal_that_is_80_wide(found, capsys):
    paper = max(PAPER, key=lambda corpus: corpus["photos"])
    longest = {
        "object": "f" * 36, "label": "refrigerator", "named_by": 55_232, "neighbours": 47_992,
        "photo": f"file:///photos/{'kitchen ' * 9}.jpg",
    }  # fmt: skip
    classes = [{**row, "label": "refrigerator", **{k: paper[k] for k in ("objects", "with_1", "with_3")}}
               for row in found["classes"]]  # fmt: skip
    report_analysis({**found, "counts": {**found["counts"], **paper}, "classes": classes,
          "hubs": {**found["hubs"], "most": [longest]}})  # fmt: skip
    rows = table_rows(capsys.readouterr().out)
    assert max(map(len, rows)) <= 80
    assert sum("47,992" in row and row.endswith(" kitchen .jpg") for row in rows) == 1


def test_one_of_a_thing_is_told_as_one(found):
    precision = found["precision"]
    one = {
        **found,
        "counts": {**found["counts"], "photos": 1, "objects": 1, "objects_when_mined": 2,
                   "with_1": {"hits": 1, "value": 1}},
        "nearest": {**found["nearest"], "objects": 1, "of": 1},
        "precision": {**precision, "pairs": 1, "same": 1, "band": {**precision["band"], "total": 1}},
        "classes": found["classes"][:1],
        "hubs": {**found["hubs"], "named_by_most": 1},
    }  # fmt: skip
    told = {
        analysis_words.changed: "mined of 2 objects, and now there is 1:",
        analysis_words.nearest: "of all 1 object:",
        analysis_words.few_judged: "Only 1 pair was judged",
        analysis_words.precision: "of 1 judged pair is the same thing. People settled 1 pair:",
        analysis_words.classes: "recurs of 1 of 1 class.",
        analysis_words.hubs: "the 3 nearest of 1 other.",
        analysis_notes.origin: "1 photo, 1 object.",
        partial(analysis_notes.note, "similarity"): "each of 1 object.",
        partial(analysis_notes.note, "precision"): "1 pair that people settled",
        partial(analysis_notes.note, "neighbours"): "The 1 object that recurs,",
    }
    for say, words in told.items():
        assert words in say(one)


def test_what_was_taken_down_is_in_no_later_answer(workspace, curate, found):
    hub = found["hubs"]["most"][0]["object"]
    curate("takedown", with_photos(workspace, found)["hubs"]["most"][0]["photo"], "--yes")
    assert with_photos(workspace, found)["hubs"]["most"][0]["photo"] is None
    again = analyse(workspace, AnalysisOptions())
    assert hub not in {each["object"] for each in again["hubs"]["most"]}
    assert again["counts"]["objects"] < again["counts"]["objects_when_mined"]
    assert "type `curate mine` first" in curate("analyse")
