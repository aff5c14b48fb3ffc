"""Calm boxes: nothing here yet, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from curate.errors import CurateError, DatabaseError
from review_ui import serving
from review_ui.serving import Mode


def nothing_yet(title: str, sentence: str, command: str | None = None) -> None:
    """An empty state: what would be here, and what to type for it.

    Args:
        sentence: Markdown of ours; text from outside must not get into it.
    """
    with st.container(border=True, width=640):
        st.subheader(title, anchor=False)
        st.markdown(sentence)
        if command is not None:
            st.code(command, language=None)


@contextmanager
def told() -> Iterator[None]:
    """Show a ``CurateError`` of the block as its sentence, with a button that tries again."""
    try:
        yield
    except CurateError as error:
        _failed(error)


def _failed(error: CurateError) -> None:
    away = isinstance(error, DatabaseError)
    title = "The database does not answer" if away else "That did not work"
    icon = ":material/cloud_off:" if away else ":material/info:"
    with st.container(border=True, width=640):
        st.subheader(f"{icon} {title}", anchor=False)
        # Where the database is concerns the person at this machine, not those who log in from afar.
        hidden = away and serving.mode() is Mode.SHARED
        sentence = (
            "Nothing that was reported as saved is lost; try again in a moment." if hidden else str(error)
        )
        st.text(sentence)  # not markdown: names of files and of people come along
        st.button("Try again", key=f"again-{title}")
