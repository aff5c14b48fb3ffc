"""Which desk somebody sits at, and what the address names: the same on every screen with a queue."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import streamlit as st

from curate.errors import NotFoundError
from review_ui.access import Permission, Person
from review_ui.components.card_data import item_of

_START = re.compile(r"[0-9a-fA-F-]{4,36}")  # of an id, as commands print it
_DESKS = {"review": "Review", "adjudicate": "Disputed and flagged"}


def desk_of(person: Person) -> str:
    """``review``, or what an adjudicator chooses; the address may say which desk to begin with."""
    if not person.may(Permission.ADJUDICATE):
        return "review"
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


def asked_for(
    parameter: str, noun: str, screen: str, find: Callable[[str], UUID] | None = None
) -> str | None:
    """The id that the address names; None if it names none.

    Args:
        find: The id that starts as the address says; without it whole ids are taken alone.

    Raises:
        NotFoundError: what it names is no id.
    """
    asked = st.query_params.get(parameter)
    try:
        return item_of(asked)
    except ValueError:
        if find is not None and asked and _START.fullmatch(asked):
            return str(find(asked))
        whole = "" if find is not None else " by its whole id"
        sentence = f"The address names no {noun}{whole}: open {screen} from the navigation."
        raise NotFoundError(sentence) from None
