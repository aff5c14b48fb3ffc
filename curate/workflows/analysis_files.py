"""An analysis as a folder: one JSON file, plots as PNG and SVG, and a page that shows them."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from textwrap import wrap

import altair as alt

from curate.errors import WorkspaceError
from curate.workflows import analysis_notes, analysis_plots
from curate.workflows.analysis_words import Json, counted

RESULT, PAGE = "analysis.json", "index.html"
_WIDTH = 560  # pixels of a plot
_LINE = 100
"""Letters of a note that are as wide as the narrowest plot with its axis."""

_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Analysis of a mining run</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
figure{margin:2.5rem 0}img{max-width:100%}</style>
"""


def write_analysis(result: Json, directory: Path) -> list[Path]:
    """Write everything; files of an earlier analysis are replaced, and those it has no plot for go.

    Returns:
        The files, the page last.

    Raises:
        WorkspaceError: the folder cannot be written.
    """
    names = analysis_plots.drawn(result)
    files = [directory / RESULT]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, indent=2, sort_keys=True, ensure_ascii=False)
        files[0].write_text(f"{text}\n", encoding="utf-8")
        for name in analysis_plots.CHARTS:
            for path in (directory / f"{name}{suffix}" for suffix in (".png", ".svg")):
                if name in names:
                    _save(result, name, path)
                    files.append(path)
                else:
                    path.unlink(missing_ok=True)
        files.append(directory / PAGE)
        files[-1].write_text(_page(result, names), encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(f"{directory} cannot be written ({error}): give another folder.") from error
    return files


def _save(result: Json, name: str, path: Path) -> None:
    title, chart, _ = analysis_plots.CHARTS[name]
    said = (analysis_notes.origin(result), analysis_notes.note(name, result))
    lines = [line for each in said for line in wrap(each, _LINE)]
    shown = (
        chart(result)
        .properties(width=_WIDTH, title=alt.TitleParams(title, subtitle=lines), background="white")
        .configure_view(stroke=None)
        .configure_axis(gridColor="#e7e5e0", domain=False, ticks=False, labelFontSize=13, titleFontSize=13)
        .configure_legend(labelFontSize=13, labelLimit=300)
        .configure_title(
            anchor="start",
            frame="group",
            fontSize=16,
            offset=12,
            subtitleFontSize=12,
            subtitleColor="#4a5159",
        )
    )
    shown.save(path, scale_factor=2)


def _page(result: Json, names: list[str]) -> str:
    # Letters of an SVG are those of the browser, which may be wider than the room that was left for them.
    figures = [
        f'<figure><img src="{name}.png" alt="{escape(title)}">'
        f"<figcaption>{_html(said(result))}</figcaption></figure>"
        for name, (title, _, said) in analysis_plots.CHARTS.items()
        if name in names
    ]
    left_out = [
        f"<p>{_html(said(result))}</p>"
        for name, (_, _, said) in analysis_plots.CHARTS.items()
        if name not in names
    ]
    band = result["band"]
    what = (
        f"Mining run {result['run']} of {result['mined_at'][:10]}: boxes by {result['detector']}, vectors by "
        f"{result['embedder']}, band {band['low']:g} to {band['high']:g}."
    )
    head = f"<h1>What recurs here</h1><p>{escape(what)}</p><p>{escape(counted(result))}</p>"
    return "\n".join([_HEAD, head, *figures, *left_out, "</html>\n"])


def _html(text: str) -> str:
    """Commands in backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))
