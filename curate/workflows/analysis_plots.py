"""All plots of an analysis by name, for files and for the review app."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import altair as alt

from curate.workflows import analysis_bars as bars
from curate.workflows import analysis_curves as curves
from curate.workflows import analysis_words as words
from curate.workflows.analysis_style import Json

CHARTS: Mapping[str, tuple[str, Callable[[Json], alt.LayerChart], Callable[[Json], str]]] = {
    "counts": ("How much recurs, beside ObjectMate's corpora", bars.counts, lambda found: words.PAPER_NOTE),
    "similarity": (
        "How similar the three nearest objects of other photos are",
        curves.similarity,
        words.nearest,
    ),
    "precision": ("How often judged pairs are the same thing", curves.precision, words.precision),
    "growth": ("How the share of recurring objects grows with the corpus", curves.growth, words.growth),
    "classes": ("Which classes recur", bars.classes, words.classes),
    "neighbours": ("In how many other photos recurring objects recur", bars.neighbours, words.hubs),
}
"""By the name of the file: title, chart, and what to know of it."""


def drawn(result: Json) -> list[str]:
    """Names of the charts that have something to show."""
    there = {
        "precision": result["precision"]["points"],
        "similarity": result["nearest"]["bins"],
        "growth": any(point["with_1"]["value"] for point in result["growth"]["points"]),
        "classes": words.recurring(result),
        "neighbours": result["hubs"]["neighbours"],
    }
    return [name for name in CHARTS if there.get(name, True)]
