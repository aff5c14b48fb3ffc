"""A plot in a box, with its title and what to know of it."""

from __future__ import annotations

import altair as alt
import streamlit as st


def panel(title: str, chart: alt.Chart | alt.LayerChart, caption: str) -> None:
    """Show a plot.

    Args:
        caption: Markdown of ours; text from outside must not get into it.
    """
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True):  # as beside a control, so that titles of a row are level
            st.subheader(title, anchor=False)
        st.altair_chart(chart, width="stretch", alt=f"{title}. {caption}")
        st.caption(caption)
