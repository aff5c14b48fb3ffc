"""Groups: the card and nothing else, so that the photos get the space."""

from __future__ import annotations

from review_ui.components.card import review_card
from review_ui.screens.desks import asked_for, desk_of
from review_ui.screens.screen import Visit


def show(visit: Visit) -> None:
    review_card(desk_of(visit.person), asked_for("item", "group", "Groups"), visit.person.name)
