"""What the plots of an analysis share: colours, axes and how shares are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

Json = Mapping[str, Any]
Rows = list[dict[str, Any]]

HEIGHT = 300  # pixels
# Okabe and Ito's colours, which the colour-blind tell apart; both read on light and dark.
ONE, THREE, PAIRS = "#0072B2", "#D55E00", "#E69F00"
GREY = "#76808a"
AT_LEAST = {1: "in 1 or more other photos", 3: "in 3 or more"}
LEGEND = alt.Legend(orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=0)
# Every row has its name, however low the plot is.
NAMES = alt.Axis(labelLimit=220, labelPadding=8, labelOverlap=False, domain=False, ticks=False)
LOG_PERCENT = alt.Axis(format="~%", values=[digit / 10**n for n in range(6) for digit in (1, 2, 5)])
PERCENT = alt.Axis(format="~%", tickCount=5)


def on(rows: Rows) -> alt.Chart:
    """A chart of these rows."""
    return alt.Chart(alt.InlineData(values=rows))


def by(field: str) -> alt.Color:
    """One colour for each text of ``AT_LEAST``."""
    return named(field, dict(zip(AT_LEAST.values(), (ONE, THREE), strict=True)))


def named(field: str, colours: Mapping[str, str]) -> alt.Color:
    """A colour for each text that ``field`` may hold, all of them in the legend."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", title=None, legend=LEGEND, scale=scale)


def band_name(band: Json) -> str:
    """What the shaded part of a plot is called in its legend."""
    return f"band {band['low']:g} to {band['high']:g}"


def shaded(band: Json, x: alt.X, field: str, colours: Mapping[str, str]) -> alt.Chart:
    """The band as a shade behind the rest; ``colours`` holds its name."""
    row = {"low": band["low"], "high": band["high"], field: band_name(band)}
    shade: alt.Chart = on([row]).mark_rect(opacity=0.22)
    return shade.encode(x=x, x2="high:Q", color=named(field, colours))


def flat(share: Json) -> dict[str, Any]:
    """A share and its interval as fields of a row."""
    return {name: share[name] for name in ("value", "low", "high", "hits", "total")}


def tips(title: str, of: str) -> list[alt.Tooltip]:
    """What the pointer tells of a share."""
    names = (("value", title), ("low", "at least (95 %)"), ("high", "at most (95 %)"))
    percents = [alt.Tooltip(f"{field}:Q", title=said, format=".1%") for field, said in names]
    return [*percents, alt.Tooltip("total:Q", title=of, format=",")]


def sized(chart: alt.LayerChart, height: int = HEIGHT) -> alt.LayerChart:
    """A chart so many pixels high."""
    return chart.properties(height=height)
