"""Groups: the card and nothing else, so that the photos get the space."""

from __future__ import annotations

from functools import partial

from curate.workflows import review
from review_ui.components.card import review_card
from review_ui.screens.desks import asked_for, desk_of
from review_ui.screens.screen import Visit


def show(visit: Visit) -> None:
    item = asked_for("item", "group", "Groups", partial(review.item_of, visit.workspace))
    review_card(desk_of(visit.person), item, visit.person.name)
