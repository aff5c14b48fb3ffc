"""Groups: the card and nothing else, so that the photos get the space."""

from __future__ import annotations

import streamlit as st

from curate.errors import NotFoundError
from review_ui.access import Permission
from review_ui.components.card import review_card
from review_ui.components.card_data import item_of
from review_ui.screens.screen import Visit

_DESKS = {"review": "Review", "adjudicate": "Disputed and flagged"}


def show(visit: Visit) -> None:
    desk = _desk() if visit.person.may(Permission.ADJUDICATE) else "review"
    review_card(desk, _item(), visit.person.name)


def _desk() -> str:
    """Adjudicators choose; the address may say which desk to begin with."""
    asked = st.query_params.get("desk")
    return st.segmented_control(
        "Desk",
        list(_DESKS),
        format_func=_DESKS.__getitem__,
        default=asked if asked in _DESKS else "review",
        required=True,
        key="desk",
        label_visibility="collapsed",
    )


def _item() -> str | None:
    try:
        return item_of(st.query_params.get("item"))
    except ValueError:
        raise NotFoundError("The address names no group: open Groups from the navigation.") from None
