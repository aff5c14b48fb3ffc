"""What removers reached, drawn: a dot for every photo, a line for the mean."""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Any

import altair as alt

from curate.errors import SettingsError, WorkspaceError
from curate.workflows.evaluate_removal import EQUAL_DB, Evaluation

SUFFIXES = (".png", ".svg")
_ROWS = {
    "psnr": ("PSNR", "dB; what is equal is not drawn"),
    "ssim": ("SSIM", "1 is equal"),
    "lpips": ("LPIPS", "0 is equal"),
    "cosine": ("features", "cosine"),
}
_PARTS = {"inside": "in the mask", "whole": "whole photo", "outside": "around the mask"}
_WIDTH, _STEP = 230, 24  # pixels of a panel, and of one remover's line
_DOT, _MEAN = "#8b949e", "#d9480f"


def write_plot(evaluation: Evaluation, to: Path) -> None:
    """Write a picture of the cases that every remover could do; a file that is there is replaced.

    Raises:
        SettingsError: the name ends in neither of ``SUFFIXES``.
        WorkspaceError: the file cannot be written.
    """
    check_plot(to)
    rows = [_row(evaluation, number) for number in _ROWS]
    chart = alt.vconcat(*(row for row in rows if row is not None), spacing=18)
    shown = chart.configure_view(stroke=None).configure_axis(gridColor="#e7e5e0", domain=False, ticks=False)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        shown.save(to, scale_factor=2)
    except OSError as error:
        raise WorkspaceError(f"{to} cannot be written ({error}): name a file that you may write.") from error


def check_plot(to: Path) -> None:
    """Refuse a name before hours are spent on what it is to show. Raises as ``write_plot``."""
    if to.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"{to} is no name of a plot: it has to end in {' or '.join(SUFFIXES)}.")


def _row(evaluation: Evaluation, number: str) -> alt.HConcatChart | None:
    """The panels of one number; None if nobody measured it."""
    keys = {f"{number}_{part}": said for part, said in _PARTS.items()} | {number: "around the object"}
    panels = [
        _panel(evaluation, key, f"{_ROWS[number][0]} {said}", _ROWS[number][1])
        for key, said in keys.items()
        if any(key in each.numbers for each in evaluation.scores)
    ]
    return alt.hconcat(*panels, spacing=24) if panels else None


def _panel(evaluation: Evaluation, key: str, title: str, unit: str) -> alt.LayerChart:
    names, shared = evaluation.names(), evaluation.shared_cases()
    dots: list[dict[str, Any]] = [
        {"by": each.by, "value": each.numbers[key]}
        for each in evaluation.scores
        if each.case in shared and each.numbers.get(key, EQUAL_DB) < EQUAL_DB
    ]
    means: list[dict[str, Any]] = [
        {"by": name, "value": mean(values)}
        for name in names
        if (values := [dot["value"] for dot in dots if dot["by"] == name])
    ]
    x = alt.X("value:Q", title=unit, scale=alt.Scale(zero=False, padding=6), axis=alt.Axis(tickCount=4))
    y = alt.Y("by:N", title=None, scale=alt.Scale(domain=names), axis=alt.Axis(labelLimit=180))
    every = alt.Chart(_data(dots)).mark_circle(size=36, opacity=0.45, color=_DOT).encode(x=x, y=y)
    middle = alt.Chart(_data(means)).mark_tick(thickness=3, size=18, color=_MEAN).encode(x=x, y=y)
    drawn: alt.LayerChart = (every + middle).properties(
        title=alt.Title(title, anchor="start", fontSize=12), width=_WIDTH, height=alt.Step(_STEP)
    )
    return drawn


def _data(rows: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=rows)
