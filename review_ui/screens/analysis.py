"""What `curate analyse` found out about the latest run: stored numbers, nothing is computed here."""

from __future__ import annotations

from datetime import UTC

import streamlit as st

from curate.workflows import analysis_plots as plots
from curate.workflows import analysis_words as words
from curate.workflows.kept_analyses import Analysed, Result, analysed
from curate.workspace import Workspace
from review_ui.screens.notices import nothing_yet
from review_ui.screens.panel import panel

_FRESH = 10  # seconds that an answer may be old
COMMAND = "curate analyse"


def show(key: str, workspace: Workspace) -> None:
    """The plots of the newest analysis, or what to type for one."""
    found = _analysed(key, workspace)
    if found is None:
        nothing_yet("Not analysed yet", "What recurs, of which classes, and how it grows:", COMMAND)
        return
    st.subheader("What recurs", anchor=False)
    st.caption(_heading(found))
    if not found.of_latest_run:
        st.code(COMMAND, language=None)
    names = plots.drawn(found.result)
    for first, second in zip(names[::2], [*names[1::2], None], strict=False):
        for column, name in zip(st.columns(2), (first, second), strict=True):
            if name is not None:
                title, chart, said = plots.CHARTS[name]
                with column:
                    panel(title, chart(found.result), said(found.result))
    for name, (_, _, said) in plots.CHARTS.items():
        if name not in names:
            st.caption(said(found.result))
    _hubs(found.result)


def _heading(found: Analysed) -> str:
    counts, band = found.result["counts"], found.result["band"]
    told = (
        f"{counts['objects']:,} objects, {counts['edges']:,} edges in the band {band['low']:g} to "
        f"{band['high']:g}; analysed "
        f"{found.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC. {words.counted(found.result)}"
    )
    return told if found.of_latest_run else f"{told} There is a newer mining run, to be analysed by:"


def _hubs(result: Result) -> None:
    if result["hubs"]["skewness"] is None:
        return
    st.subheader("Everybody's neighbours", anchor=False)
    rows = [
        {
            "Object": f"/search?object={each['object']}",
            "Class": each["label"],
            "Among the 3 nearest of": each["named_by"],
            "Other photos with it": each["neighbours"],
        }
        for each in result["hubs"]["most"]
    ]
    link = st.column_config.LinkColumn(display_text=r"object=(.{13})", help="Shows what is like it.")
    st.dataframe(rows, hide_index=True, column_config={"Object": link})


@st.cache_data(ttl=_FRESH, max_entries=8, show_spinner=False)
def _analysed(key: str, _workspace: Workspace) -> Analysed | None:
    return analysed(_workspace)
