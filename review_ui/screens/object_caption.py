"""The caption of one object, whatever became of its group: a settled one comes to no desk any more."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from curate.captions import LONGEST, PERSON
from curate.workflows import captions
from review_ui.access import Permission
from review_ui.screens.screen import Visit


def caption_editor(visit: Visit, prefix: str) -> None:
    """Show what is said of the object whose id starts with ``prefix``, and take other words for it.

    Raises:
        NotFoundError: there is no such object, or there are several.
        DecisionError: what was typed cannot be a caption.
        ConflictError: somebody has written another one since this one was shown.
    """
    if not visit.person.may(Permission.REVIEW):
        return
    object_id = captions.object_of(visit.workspace, prefix)
    saved = _saved(visit, object_id)
    (found,) = captions.shown(visit.workspace, str(object_id))
    words = found.caption.text if found.caption.source == PERSON else None
    st.session_state[_seen(object_id)] = words
    with st.form(f"caption-form-{object_id}", width=640):
        st.text_input(
            f"Caption of {str(object_id)[:8]}, which tells what its whole photo shows",
            words or "",
            key=_typed(object_id),
            placeholder=found.otherwise.text,
            max_chars=LONGEST,
        )
        st.form_submit_button("Save the caption", key=_pressed(object_id))
        if saved:
            st.text("Saved.")


def _saved(visit: Visit, object_id: UUID) -> bool:
    """Store what was typed before this run, if the button was pressed."""
    if not st.session_state.get(_pressed(object_id)):
        return False
    text, seen = st.session_state[_typed(object_id)], captions.Seen(st.session_state[_seen(object_id)])
    captions.write(visit.workspace, object_id, text, by=visit.person.name, seen=seen)
    return True


def _seen(object_id: UUID) -> str:
    return f"caption-seen-{object_id}"


def _typed(object_id: UUID) -> str:
    return f"caption-typed-{object_id}"


def _pressed(object_id: UUID) -> str:
    return f"caption-pressed-{object_id}"
