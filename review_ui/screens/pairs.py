"""Pairs: hand photos in, see the verdict while the tripod still stands, judge what was handed in."""

from __future__ import annotations

import streamlit as st

from curate.errors import NotFoundError
from review_ui.components.card_data import item_of
from review_ui.components.pairs import pairs_desk
from review_ui.screens.screen import Visit


def show(visit: Visit) -> None:
    try:
        pair = item_of(st.query_params.get("pair"))
    except ValueError:
        raise NotFoundError("The address names no pair: open Pairs from the navigation.") from None
    pairs_desk(visit.person, pair)
