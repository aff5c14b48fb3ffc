"""Plots of an analysis over a range: similarity, precision and growth. JSON in, Altair charts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import floor, inf

import altair as alt

from curate.workflows.analysis_style import (
    AT_LEAST,
    GREY,
    LEGEND,
    LOG_PERCENT,
    ONE,
    PERCENT,
    Json,
    Rows,
    by,
    flat,
    on,
    sized,
    tips,
)

_RANKS = ("#0072B2", "#56B4E9", "#a9d8f5")
_WIDER = {1000: 4, 10_000: 2, inf: 1}
"""How many bins of similarity become one where there are so few values at most: noise is no shape."""


def similarity(result: Json) -> alt.LayerChart:
    """The 3 nearest of other photos by similarity, the band shaded."""
    found, band = result["nearest"], result["band"]
    total = max(1, sum(sum(each["ranks"]) for each in found["bins"]))
    width = found["bin"] * next(times for most, times in _WIDER.items() if total <= most)
    names = ("nearest", "2nd nearest", "3rd nearest")
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
        y=alt.Y("value:Q", title="share of the nearest", axis=PERCENT, stack="zero"),
        order="order:O",
        color=alt.Color("rank:N", title=None, legend=LEGEND, scale=alt.Scale(domain=names, range=_RANKS)),
        tooltip=["rank:N", alt.Tooltip("low:Q", title="from"), alt.Tooltip("count:Q", format=",")],
    )  # fmt: skip
    shade = on([{"low": band["low"], "high": band["high"]}]).mark_rect(opacity=0.22, color=GREY)
    return sized(shade.encode(x=x, x2="high:Q") + bars)


def _wider(bins: Sequence[Json], width: float) -> Iterator[tuple[float, list[int]]]:
    """Bins added up to wider ones."""
    for number, several in groupby(bins, key=lambda each: floor(each["low"] / width + 1e-6)):
        yield (
            number * width,
            [sum(counts) for counts in zip(*(each["ranks"] for each in several), strict=True)],
        )


def precision(result: Json) -> alt.LayerChart:
    """Share of judged pairs at or above each similarity that are the same thing; in grey how many."""
    points = result["precision"]["points"]
    rows: Rows = [{"threshold": each["threshold"], **flat(each)} for each in points if each["total"]]
    x = alt.X(
        "threshold:Q", title="pairs of at least this similarity", axis=alt.Axis(tickCount=8, grid=False),
        scale=alt.Scale(zero=False, nice=False, padding=14),
    )  # fmt: skip
    base = on(rows).encode(x=x, tooltip=["threshold:Q", *tips("same thing", "pairs")])
    y = alt.Y("value:Q", title="the same thing", scale=alt.Scale(domain=[0, 1]), axis=PERCENT)
    ribbon = base.mark_area(opacity=0.25, color=ONE).encode(
        y=alt.Y("low:Q", title="the same thing"), y2="high:Q"
    )
    line = base.mark_line(color=ONE, point=alt.OverlayMarkDef(color=ONE, filled=True)).encode(y=y)
    pairs = base.mark_bar(opacity=0.35, color=GREY, size=5).encode(
        y=alt.Y(
            "total:Q",
            title="judged pairs",
            axis=alt.Axis(orient="right", grid=False, tickCount=4, tickMinStep=1, format=",d"),
        )
    )
    return sized(alt.layer(pairs, ribbon + line).resolve_scale(y="independent"))


def growth(result: Json) -> alt.LayerChart:
    """Share of objects that recur, in random parts of the photos; bars are the lowest and highest draw."""
    rows: Rows = [
        {
            "photos": point["photos"], "at least": AT_LEAST[k], **point[f"with_{k}"],
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
            title="photos with objects",
            scale=alt.Scale(type="log", nice=False, padding=12),
            axis=alt.Axis(format=".2~s", values=sizes, grid=False),
        ),
        color=by("at least"),
        tooltip=["photos:Q", alt.Tooltip("value:Q", title="share", format=".3%")],
    )
    scale = alt.Scale(type="log", nice=False, padding=12)
    y = alt.Y("low:Q", title="share of objects", scale=scale, axis=LOG_PERCENT)
    spread = base.mark_rule(strokeWidth=2, opacity=0.6).encode(y=y, y2="high:Q")
    line = base.mark_line(point=alt.OverlayMarkDef(filled=True, size=50)).encode(y="value:Q")
    return sized(spread + line)
