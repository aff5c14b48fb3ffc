"""Plots of an analysis over a range: similarity, precision and growth. JSON in, Altair charts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import floor, inf

import altair as alt

from curate.workflows.analysis_style import (
    AT_LEAST,
    GREY,
    LOG_PERCENT,
    ONE,
    PAIRS,
    PERCENT,
    Json,
    Rows,
    band_name,
    by,
    flat,
    named,
    on,
    shaded,
    sized,
    tips,
)

_SAME_SHARE = "share that is the same thing"
_SAME, _PAIRS = "the same (95 %)", "pairs (right axis)"
_RANKS = ("#0072B2", "#56B4E9", "#a9d8f5")
_WIDER = {1000: 4, 10_000: 2, inf: 1}
"""How many bins of similarity become one where there are so few values at most: noise is no shape."""


def similarity(result: Json) -> alt.LayerChart:
    """The 3 nearest of other photos by similarity, the band shaded."""
    found, band = result["nearest"], result["band"]
    total = max(1, sum(sum(each["ranks"]) for each in found["bins"]))
    width = found["bin"] * next(times for most, times in _WIDER.items() if total <= most)
    names = ("nearest", "2nd nearest", "3rd nearest")
    colours = {**dict(zip(names, _RANKS, strict=True)), band_name(band): GREY}
    rows = [
        {
            "low": low, "high": low + width,
            "rank": names[n], "order": n, "value": count / total, "count": count,
        }
        for low, ranks in _wider(found["bins"], width)
        for n, count in enumerate(ranks)
    ]  # fmt: skip
    lowest = min([band["low"], *(row["low"] for row in rows)])
    x = alt.X(
        "low:Q", bin="binned", title="cosine similarity", axis=alt.Axis(tickCount=8, grid=False),
        scale=alt.Scale(domain=[lowest, max(1.0, band["high"])], nice=False, zero=False),
    )  # fmt: skip
    bars = on(rows).mark_bar(binSpacing=0).encode(
        x=x, x2="high:Q",
        y=alt.Y("value:Q", title="share of all nearest", axis=PERCENT, stack="zero"),
        order="order:O",
        color=named("rank", colours),
        tooltip=["rank:N", alt.Tooltip("low:Q", title="from"), alt.Tooltip("count:Q", format=",")],
    )  # fmt: skip
    return sized(shaded(band, x, "rank", colours) + bars)


def _wider(bins: Sequence[Json], width: float) -> Iterator[tuple[float, list[int]]]:
    """Bins added up to wider ones."""
    for number, several in groupby(bins, key=lambda each: floor(each["low"] / width + 1e-6)):
        yield (
            number * width,
            [sum(counts) for counts in zip(*(each["ranks"] for each in several), strict=True)],
        )


def precision(result: Json) -> alt.LayerChart:
    """Share of judged pairs at or above each similarity that are the same thing, and how many they are."""
    points = result["precision"]["points"]
    rows: Rows = [{"threshold": each["threshold"], **flat(each)} for each in points if each["total"]]
    base = on(rows).encode(x=_at_least("threshold:Q"), tooltip=["threshold:Q", *tips("same thing", "pairs")])
    y = alt.Y("value:Q", title=_SAME_SHARE, scale=alt.Scale(domain=[0, 1]), axis=PERCENT)
    ribbon = base.mark_area(opacity=0.25, color=ONE).encode(y=alt.Y("low:Q", title=_SAME_SHARE), y2="high:Q")
    line = base.mark_line(point=alt.OverlayMarkDef(filled=True)).encode(y=y, color=alt.datum(_SAME))
    pairs = base.mark_bar(opacity=0.5, size=4).encode(
        y=alt.Y(
            "total:Q",
            title="number of judged pairs",
            axis=alt.Axis(orient="right", grid=False, tickCount=4, tickMinStep=1, format=",d"),
        ),
        color=alt.datum(_PAIRS),
    )
    band = result["band"]
    shade = shaded(band, _at_least("low:Q"), "what", {_SAME: ONE, _PAIRS: PAIRS, band_name(band): GREY})
    return sized(alt.layer(shade, pairs, ribbon + line).resolve_scale(y="independent"))


def _at_least(field: str) -> alt.X:
    return alt.X(
        field,
        title="judged pairs of at least this cosine similarity",
        axis=alt.Axis(tickCount=8, grid=False),
        scale=alt.Scale(zero=False, nice=False, padding=14),
    )


def growth(result: Json) -> alt.LayerChart:
    """Share of objects that recur, in random parts of the photos; bars are the lowest and highest draw.

    Points are joined where there are enough of them to tell how the share grows.
    """
    fits = result["growth"]["fits"]
    rows: Rows = [
        {
            "photos": point["photos"], "at least": AT_LEAST[k], **point[f"with_{k}"],
            "joined": fits[f"with_{k}"] is not None,
            # A logarithm has no zero: a draw without any is drawn a tenth of the way down.
            "low": max(point[f"with_{k}"]["low"], point[f"with_{k}"]["value"] / 10),
        }
        for point in result["growth"]["points"]
        for k in AT_LEAST
        if point[f"with_{k}"]["value"]
    ]  # fmt: skip
    sizes = sorted({row["photos"] for row in rows})
    base = on(rows).encode(
        x=alt.X(
            "photos:Q",
            title="photos with objects (log scale)",
            scale=alt.Scale(type="log", nice=False, padding=12),
            axis=alt.Axis(format=".2~s", values=sizes, grid=False),
        ),
        color=by("at least"),
        tooltip=["photos:Q", alt.Tooltip("value:Q", title="share", format=".3%")],
    )
    scale = alt.Scale(type="log", nice=False, padding=12)
    y = alt.Y("low:Q", title="share of all objects (log scale)", scale=scale, axis=LOG_PERCENT)
    spread = base.mark_rule(strokeWidth=2, opacity=0.6).encode(y=y, y2="high:Q")
    points = base.mark_point(filled=True, size=50, opacity=1).encode(y="value:Q")
    line = base.transform_filter("datum.joined").mark_line().encode(y="value:Q")
    return sized(spread + line + points)
