"""Plots of the review: records in, Altair charts out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import altair as alt

from curate.shares import Share
from curate.workflows.progress import ClassWork, Throughput
from curate.workflows.similarity import Precision, Similarities

FEW = 20
"""Decisions below which a class is drawn in grey: its interval is wider than 40 points."""
MOST_CLASSES = 25
MOST_REVIEWERS = 8
"""Named in a plot, one colour each; the others are added up."""

HEIGHT = 260  # pixels
_GREY = "#8b949e"  # reads on light and dark
# How long a stretch of time is called, and how Vega-Lite cuts time into it.
_STEPS = {
    timedelta(minutes=10): ("ten minutes", alt.TimeUnitParams(unit="yearmonthdatehoursminutes", step=10)),
    timedelta(hours=1): ("hour", alt.TimeUnitParams(unit="yearmonthdatehours")),
    timedelta(days=1): ("day", alt.TimeUnitParams(unit="yearmonthdate")),
}
_SIMILARITY = alt.Axis(tickCount=8, grid=False)
_PERCENT = alt.Axis(format=".0%", tickCount=5)
# Every class has its name, however low the plot is.
_CLASSES = alt.Axis(labelLimit=140, labelOverlap=False)
_WHOLE = alt.Axis(format="~s", tickCount=5, tickMinStep=1)  # nobody decides half a group


def similarity_histogram(found: Similarities) -> alt.LayerChart:
    """Edges by similarity, the band shaded."""
    band = found.band
    bars = [{"low": each.low, "high": each.high, "edges": each.edges} for each in found.bins]
    x = alt.X("low:Q", title="similarity", scale=_around(band.low, band.high), axis=_SIMILARITY)
    shade = (
        alt.Chart(_data([{"low": band.low, "high": band.high}]))
        .mark_rect(opacity=0.16, color=_GREY)
        .encode(x=x, x2="high:Q", tooltip=[_number("low", "band from"), _number("high", "to")])
    )
    counts = (
        alt.Chart(_data(bars))
        .mark_bar(binSpacing=1)
        .encode(
            # Without this two positions on x would make it a horizontal bar.
            x=alt.X("low:Q", bin="binned"),
            x2="high:Q",
            y=alt.Y("edges:Q", title="edges", axis=_WHOLE),
            tooltip=[_number("low", "from"), _number("high", "to"), alt.Tooltip("edges:Q", format=",")],
        )
    )
    return _sized(shade + counts)


def precision(found: Precision) -> alt.LayerChart:
    """Share of edges that are the same thing, by similarity, each with its interval and its number."""
    rows = [
        {"similarity": (each.low + each.high) / 2, "from": each.low, "to": each.high, **_share(each.same)}
        for each in found.bins
        if each.same.total
    ]
    x = alt.X(
        "similarity:Q",
        scale=_around(found.bins[0].low, found.bins[-1].high),
        axis=_SIMILARITY,
    )
    base = alt.Chart(_data(rows)).encode(
        x=x, tooltip=[_number("from"), _number("to"), *_share_tooltip("same thing", "pairs")]
    )
    intervals = base.mark_bar(size=2, opacity=0.6).encode(
        y=alt.Y("low:Q", title="same thing", scale=alt.Scale(domain=[0, 1.08]), axis=_PERCENT), y2="high:Q"
    )
    points = base.mark_point(size=70, filled=True, opacity=1).encode(y="value:Q")
    numbers = base.mark_text(fontSize=11, color=_GREY).encode(y=alt.datum(1.05), text="total:Q")
    return _sized(intervals + points + numbers)


def throughput(found: Throughput) -> alt.Chart:
    """Decisions per stretch of time, stacked by reviewer."""
    named = _busiest(found)
    words, unit = _STEPS[found.step]
    counts: dict[tuple[str, float], int] = {}
    for each in found.made:
        who = each.reviewer if each.reviewer in named else "others"
        key = (who, each.start.timestamp() * 1000)
        counts[key] = counts.get(key, 0) + each.decisions
    rows = [{"reviewer": who, "start": start, "decisions": number} for (who, start), number in counts.items()]
    bars: alt.Chart = (
        alt.Chart(_data(rows), height=HEIGHT)
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "start:T",
                title=None,
                timeUnit=unit,
                axis=alt.Axis(tickCount=6, format=_time_format(found.step)),
                scale=alt.Scale(domain=_hours_around(found)),
            ),
            y=alt.Y("decisions:Q", title=f"decisions per {words}", axis=_WHOLE),
            color=alt.Color("reviewer:N", title=None, sort=named, legend=alt.Legend(orient="top")),
            tooltip=["reviewer:N", alt.Tooltip("start:T", title="from", format="%d %b %H:%M"), "decisions:Q"],
        )
    )
    return bars


def _hours_around(found: Throughput) -> list[str]:
    """From the first stretch to the end of the last, at least twelve of them: one alone is no slab.

    As text, because Vega-Lite takes numbers beside a time unit for a second domain and then draws no bar.
    """
    first, last = found.made[0].start, found.made[-1].start + found.step
    begin = min(first, last - 12 * found.step)
    return [begin.isoformat(), last.isoformat()]


def accept_rates(classes: Sequence[ClassWork]) -> alt.LayerChart:
    """Accept rate per class with its interval, highest first; classes with few decisions in grey."""
    most = sorted(classes, key=lambda each: -each.accepted.total)[:MOST_CLASSES]
    rows = [
        {"class": each.label, "few": each.accepted.total < FEW, **_share(each.accepted)}
        for each in classes
        if each in most
    ]
    y = alt.Y("class:N", title=None, sort=[row["class"] for row in rows], axis=_CLASSES)
    base = alt.Chart(_data(rows)).encode(y=y, tooltip=["class:N", *_share_tooltip("accepted", "decisions")])
    x = alt.X("low:Q", title="accepted", scale=alt.Scale(domain=[0, 1]), axis=_PERCENT)

    layers: list[alt.Chart] = []
    for which, color in (("!datum.few", alt.Undefined), ("datum.few", _GREY)):
        some = base.transform_filter(which)
        layers.append(some.mark_bar(size=2, opacity=0.6, color=color).encode(x=x, x2="high:Q"))
        layers.append(some.mark_point(size=70, filled=True, opacity=1, color=color).encode(x="value:Q"))
    return _sized(alt.LayerChart(layer=layers), max(HEIGHT, 60 + 22 * len(rows)))


def _data(rows: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"value": share.value, "low": low, "high": high, "hits": share.hits, "total": share.total}


def _share_tooltip(title: str, of: str) -> list[alt.Tooltip]:
    percents = [("value", title), ("low", "at least (95 %)"), ("high", "at most (95 %)")]
    return [
        *(alt.Tooltip(f"{field}:Q", title=text, format=".1%") for field, text in percents),
        alt.Tooltip("total:Q", title=of, format=","),
    ]


def _number(field: str, title: str | None = None) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:Q", title=title or field, format=".3f")


def _around(low: float, high: float) -> alt.Scale:
    """The band and a little more on both sides, so that one sees where it ends."""
    air = max(0.02, (high - low) / 10)
    return alt.Scale(domain=[max(-1.0, low - air), min(1.0, high + air)], nice=False, zero=False)


def _sized(chart: alt.LayerChart, height: int = HEIGHT) -> alt.LayerChart:
    return chart.properties(height=height)


def _busiest(found: Throughput) -> list[str]:
    """Reviewers who get a name, the busiest first."""
    totals: dict[str, int] = {}
    for each in found.made:
        totals[each.reviewer] = totals.get(each.reviewer, 0) + each.decisions
    return sorted(totals, key=lambda who: (-totals[who], who))[:MOST_REVIEWERS]


def _time_format(step: timedelta) -> str:
    return "%d %b" if step >= timedelta(days=1) else "%d %b %H:%M"
