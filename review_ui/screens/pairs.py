"""Pairs: hand photos in, see the verdict while the tripod still stands, judge what was handed in."""

from __future__ import annotations

from review_ui.components.pairs import pairs_desk
from review_ui.screens.desks import asked_for
from review_ui.screens.screen import Visit


def show(visit: Visit) -> None:
    pairs_desk(visit.person, asked_for("pair", "pair", "Pairs"))
