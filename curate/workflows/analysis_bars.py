"""Plots of an analysis that count: corpora, classes and neighbours. JSON in, Altair charts out."""

from __future__ import annotations

import altair as alt

from curate.workflows import analysis_words as words
from curate.workflows.analysis_style import (
    AT_LEAST,
    GREY,
    NAMES,
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

_STEPS = (1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def counts(result: Json) -> alt.LayerChart:
    """Shares of recurring objects here and in the paper; hollow is what must be a misprint."""
    rows: Rows = [
        {
            "corpus": row["corpus"], "at least": AT_LEAST[k], "value": row[f"with_{k}"]["value"],
            "said": words.share_of(row, k),
        }
        for row in words.corpora(result)
        for k in AT_LEAST
    ]  # fmt: skip
    base = on(rows).encode(
        y=alt.Y("corpus:N", title=None, sort=None, axis=NAMES),
        yOffset=alt.YOffset("at least:N", sort=list(AT_LEAST.values())),
        x=alt.X("value:Q", title="share of all objects", axis=PERCENT),
    )
    numbers = base.mark_text(align="left", dx=5, fontSize=12, color=GREY).encode(text="said:N")
    return sized(base.mark_bar().encode(color=by("at least")) + numbers)


def classes(result: Json) -> alt.LayerChart:
    """Share of each class that recurs, with its interval; the classes with most recurring objects."""
    rows: Rows = [
        {"class": f"{row['label']} ({row['objects']:,})", "at least": AT_LEAST[k], **flat(row[f"with_{k}"])}
        for row in words.recurring(result)[: words.MOST_CLASSES]
        for k in AT_LEAST
    ]
    names = list(dict.fromkeys(row["class"] for row in rows))
    base = on(rows).encode(
        y=alt.Y("class:N", title=None, sort=names, axis=NAMES),
        yOffset=alt.YOffset("at least:N", sort=list(AT_LEAST.values())),
        color=by("at least"),
        tooltip=["class:N", "at least:N", *tips("share", "objects")],
    )
    x = alt.X("low:Q", title="share of the objects of the class", axis=PERCENT, scale=alt.Scale(domainMin=0))
    intervals = base.mark_bar(size=2, opacity=0.6).encode(x=x, x2="high:Q")
    points = base.mark_point(size=45, filled=True, opacity=1).encode(x="value:Q")
    return sized(intervals + points, 90 + 28 * len(names))


def neighbours(result: Json) -> alt.LayerChart:
    """Recurring objects by the number of other photos that show something like them."""
    found = result["hubs"]["neighbours"]
    most = max((value for value, _ in found), default=1)
    starts = [step for step in _STEPS if step <= most]
    rows: Rows = [
        {
            "photos": f"{low:,}" if low + 1 == end else f"{low:,} to {end - 1:,}",
            "objects": sum(size for value, size in found if low <= value < end),
        }
        for low, end in zip(starts, [*starts[1:], most + 1], strict=True)
    ]
    base = on(rows).encode(
        x=alt.X(
            "photos:N",
            sort=None,
            title="other photos with something like it inside the band",
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y(
            "objects:Q", title="recurring objects", axis=alt.Axis(format=",d", tickCount=5, tickMinStep=1)
        ),
    )
    numbers = base.mark_text(dy=-7, fontSize=12, color=GREY).encode(text=alt.Text("objects:Q", format=","))
    return sized(base.mark_bar(color=ONE) + numbers)
