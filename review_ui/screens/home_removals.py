"""What Home says of removals."""

from __future__ import annotations

import streamlit as st

from curate.workflows import progress
from review_ui.screens.screen import Visit


def show_removals(visit: Visit) -> None:
    """Counts and the way to the Removals screen; nothing if nothing was removed from any photo."""
    left = progress.removal_backlog(visit.workspace)
    if not left.total:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Removals", anchor=False, width="content")
        label = "Judge removals" if left.open else "Open removals"
        if st.button(label, icon=":material/ink_eraser:"):
            st.switch_page(visit.pages["removals"])
    numbers = [
        ("Removed objects to judge", left.open),
        ("Removed objects done", left.done),
        ("Disputed or flagged", left.disputed + left.flagged),
    ]
    for column, (name, number) in zip(st.columns(3), numbers, strict=True):
        column.metric(name, f"{number:,}", border=True)
