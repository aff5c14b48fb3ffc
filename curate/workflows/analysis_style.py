"""What the plots of an analysis share: colours, axes and how shares are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

Json = Mapping[str, Any]
Rows = list[dict[str, Any]]

HEIGHT = 300  # pixels
# Okabe and Ito's colours, which the colour-blind tell apart; both read on light and dark.
ONE, THREE = "#0072B2", "#D55E00"
GREY = "#8b949e"
AT_LEAST = {1: "in 1 other photo or more", 3: "in 3 other photos or more"}
LEGEND = alt.Legend(orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=0)
NAMES = alt.Axis(labelLimit=220, labelPadding=8, domain=False, ticks=False)
LOG_PERCENT = alt.Axis(format="~%", values=[digit / 10**n for n in range(6) for digit in (1, 2, 5)])
PERCENT = alt.Axis(format="~%", tickCount=5)


def on(rows: Rows) -> alt.Chart:
    """A chart of these rows."""
    return alt.Chart(alt.InlineData(values=rows))


def by(field: str) -> alt.Color:
    """One colour for each text of ``AT_LEAST``."""
    scale = alt.Scale(domain=list(AT_LEAST.values()), range=[ONE, THREE])
    return alt.Color(f"{field}:N", legend=LEGEND, scale=scale)


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
