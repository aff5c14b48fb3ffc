"""Plots of an analysis are valid Vega-Lite and show the numbers they were given."""

from __future__ import annotations

import pytest

from curate.workflows import analysis_bars as bars
from curate.workflows import analysis_curves as curves
from curate.workflows import analysis_notes as notes
from curate.workflows import analysis_plots as plots
from curate.workflows import analysis_words as words
from curate.workflows.analysis_edges import share


def rows(chart) -> list[dict]:
    """Every row of every data set; raises if the schema of Vega-Lite does not know something in the chart."""
    return [row for values in chart.to_dict(validate=True)["datasets"].values() for row in values]


def result(**parts):
    return {"band": {"low": 0.9, "high": 0.95}, **parts}


def test_bins_of_few_objects_are_drawn_wider_and_lose_nothing():
    bins = [{"low": round(n * 0.005, 6), "ranks": [1, 2, 3]} for n in range(160, 200)]
    few, many = (
        rows(curves.similarity(result(nearest={"bin": 0.005, "bins": scaled})))
        for scaled in (bins, [{**each, "ranks": [100, 200, 300]} for each in bins])
    )
    assert len([row for row in few if "count" in row]) == 3 * 10
    assert len([row for row in many if "count" in row]) == 3 * 40
    for found in (few, many):
        assert {"low": 0.9, "high": 0.95, "rank": "band 0.9 to 0.95"} in found
        assert sum(row.get("value", 0) for row in found) == pytest.approx(1)
        assert sum(row["count"] for row in found if row.get("rank") == "2nd nearest") in (80, 8000)
        assert min(row["low"] for row in found) == pytest.approx(0.8)
        assert max(row["high"] for row in found) == pytest.approx(1)


def test_precision_is_drawn_at_every_threshold_with_its_interval():
    points = [{"threshold": 0.9, **share(8, 10)}, {"threshold": 0.92, **share(4, 4)}]
    drawn = rows(curves.precision(result(precision={"points": points})))
    first, second = (row for row in drawn if "threshold" in row)
    assert (first["threshold"], first["value"], first["total"]) == (0.9, 0.8, 10)
    assert (second["low"], second["high"]) == (pytest.approx(0.3976, abs=1e-4), 1)
    assert {"low": 0.9, "high": 0.95, "what": "band 0.9 to 0.95"} in drawn


@pytest.mark.parametrize(("pairs", "warned"), [(words.FEW_PAIRS - 1, True), (words.FEW_PAIRS, False)])
def test_a_precision_of_few_pairs_is_told_to_decide_nothing(pairs, warned):
    counted = {"pairs": pairs, "same": pairs, "different": 0, "variant": 0, "band": share(pairs, pairs)}
    found = result(precision=counted)
    for said in (words.precision(found), notes.note("precision", found)):
        assert ("decide nothing" in said) is warned
        assert str(pairs) in said


def test_growth_that_cannot_be_told_says_so_on_the_plot_too():
    points = [{"photos": 50, "with_1": share(1, 50), "with_3": share(0, 50)}]
    found = result(growth={"draws": 8, "points": points, "fits": {"with_1": None, "with_3": None}})
    for said in (words.growth(found), notes.note("growth", found)):
        assert "Too few objects recur" in said


def test_growth_leaves_out_sizes_in_which_nothing_recurs():
    nothing, some = (
        {"count": 0, "value": 0, "low": 0, "high": 0},
        {"count": 4, "value": 0.04, "low": 0, "high": 0.1},
    )
    points = [
        {"photos": 50, "with_1": nothing, "with_3": nothing},
        {"photos": 100, "with_1": some, "with_3": nothing},
    ]
    fits = {"with_1": None, "with_3": None}
    (only,) = rows(curves.growth(result(growth={"points": points, "fits": fits})))
    assert (only["photos"], only["value"]) == (100, 0.04)
    assert not only["joined"]  # too few to tell a slope: points alone are drawn
    assert only["low"] > 0  # a logarithm has no zero


def test_classes_of_which_something_recurs_are_drawn_most_first():
    classes = [
        {"label": f"class {n}", "objects": 50, "with_1": share(40 - n, 50), "with_3": share(0, 50)}
        for n in range(41)
    ]
    found = rows(bars.classes(result(classes=classes)))
    assert len(found) == 2 * words.MOST_CLASSES
    assert found[0]["class"] == "class 0 (50)"
    assert found[0]["value"] == 0.8
    assert len(rows(bars.classes(result(classes=classes[-3:])))) == 2 * 2


@pytest.mark.parametrize(
    ("neighbours", "drawn"),
    [
        ([[1, 9]], {"1": 9}),
        ([[1, 9], [2, 5], [4, 3], [7, 2]], {"1": 9, "2": 5, "3": 0, "4": 3, "5 to 7": 2}),
        ([[1, 9], [12, 4], [1500, 1]], {"1": 9, "10 to 19": 4, "1,000 to 1,500": 1, "20 to 49": 0}),
    ],
)
def test_neighbours_are_added_up_where_they_are_many(neighbours, drawn):
    found = {
        row["photos"]: row["objects"]
        for row in rows(bars.neighbours(result(hubs={"neighbours": neighbours})))
    }
    assert drawn.items() <= found.items()
    assert sum(found.values()) == sum(size for _, size in neighbours)


def test_the_papers_misprint_is_starred_beside_the_workspaces_own_counts():
    own = {"photos": 10, "objects": 40, "with_1": share(4, 40), "with_3": share(0, 40)}
    found = rows(bars.counts(result(counts=own)))
    said = [(row["corpus"], row["said"]) for row in found]
    assert said[:2] == [("this workspace", "10 %"), ("this workspace", "0 %")]
    assert [text for corpus, text in said if corpus.startswith("Open Images")] == ["5.8 %", "2.4 %*"]
    assert sum(text.endswith("*") for _, text in said) == 1
    for row in words.PAPER:  # the share is printed beside the count: they fit but for the misprint
        for k in (1, 3):
            printed = row[f"with_{k}"]
            fits = abs(printed["hits"] / row["objects"] - printed["value"]) < 0.0006 or row["objects"] > 5e7
            assert fits != printed.get("doubtful", False)


def test_what_has_nothing_to_show_is_not_drawn():
    empty = result(
        precision={"points": []},
        nearest={"bins": []},
        growth={"points": []},
        classes=[],
        hubs={"neighbours": []},
    )
    assert plots.drawn(empty) == ["counts"]
    assert "--band LOW HIGH" in words.classes(empty)
    assert "no object in any other photo" in words.nearest(empty)
    assert words.precision({"precision": {"pairs": 0}}) == words.NOTHING_JUDGED
