"""Plots are valid Vega-Lite and show the numbers they were given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import altair as alt
import pytest

from curate.database.progress import Made
from curate.records import Band
from curate.shares import Share
from curate.workflows.progress import ClassWork, Throughput
from curate.workflows.similarity import EdgeBin, Precision, PrecisionBin, Similarities
from review_ui import plots

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def valid(chart) -> dict:
    """The chart as JSON values; raises if the schema of Vega-Lite does not know something in it."""
    return chart.to_dict(validate=True)


def rows(spec) -> list[dict]:
    """Every row of every data set in it."""
    return [row for values in spec["datasets"].values() for row in values]


def test_the_histogram_shows_every_bin_and_shades_the_band():
    found = Similarities(Band(0.4, 0.8, "given"), (EdgeBin(0.4, 0.6, 7), EdgeBin(0.6, 0.8, 3)))
    spec = valid(plots.similarity_histogram(found))
    assert {"low": 0.4, "high": 0.8} in rows(spec)
    assert {"low": 0.4, "high": 0.6, "edges": 7} in rows(spec)
    assert {"low": 0.6, "high": 0.8, "edges": 3} in rows(spec)


def test_precision_leaves_out_bins_without_a_judged_edge():
    bins = (PrecisionBin(0.4, 0.6, Share(0, 0)), PrecisionBin(0.6, 0.8, Share(8, 10)))
    (row,) = rows(valid(plots.precision(Precision(True, bins))))
    assert row["similarity"] == pytest.approx(0.7)
    assert (row["value"], row["total"]) == (0.8, 10)
    assert (row["low"], row["high"]) == pytest.approx(Share(8, 10).interval)


@pytest.mark.parametrize("step", [timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)])
def test_throughput_names_the_busiest_reviewers_and_adds_up_the_others(step):
    made = [Made(f"reviewer {n:02}", NOON, 20 - n) for n in range(10)]
    spec = valid(plots.throughput(Throughput(step, tuple(made))))
    found = rows(spec)
    first, last = map(datetime.fromisoformat, spec["encoding"]["x"]["scale"]["domain"])  # no bar with numbers
    assert (last, last - first) == (NOON + step, 12 * step)
    assert len(found) == plots.MOST_REVIEWERS + 1
    assert {row["reviewer"]: row["decisions"] for row in found}["others"] == 12 + 11


def test_classes_keep_their_order_and_few_decisions_are_grey():
    classes = [ClassWork("jug", Share(19, 19)), ClassWork("chair", Share(30, 40))]
    spec = valid(plots.accept_rates(classes))
    assert [(row["class"], row["few"]) for row in rows(spec)] == [("jug", True), ("chair", False)]
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["jug", "chair"]


def test_of_many_classes_the_most_decided_are_shown():
    classes = [ClassWork(f"class {n:03}", Share(n, n + 1)) for n in range(100)]
    found = rows(valid(plots.accept_rates(classes)))
    assert len(found) == plots.MOST_CLASSES
    assert min(row["total"] for row in found) == 100 - plots.MOST_CLASSES + 1


def test_every_class_has_its_name_however_low_the_plot_is():
    spec = valid(plots.accept_rates([ClassWork(f"class {n}", Share(1, 2)) for n in range(12)]))
    axes = [layer["encoding"]["y"]["axis"] for layer in spec["layer"]]
    assert [axis["labelOverlap"] for axis in axes] == [False] * 4


def test_a_band_of_one_value_can_be_drawn():
    found = Similarities(Band(1.0, 1.0, "given"), (EdgeBin(1.0, 1.000001, 2),))
    assert isinstance(plots.similarity_histogram(found), alt.LayerChart)
    valid(plots.similarity_histogram(found))
