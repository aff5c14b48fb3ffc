"""Removals: input and output of removers, and nothing else."""

from __future__ import annotations

from review_ui.components.removals import removals_desk
from review_ui.screens.desks import asked_for, desk_of
from review_ui.screens.screen import Visit


def show(visit: Visit) -> None:
    removals_desk(desk_of(visit.person), asked_for("object", "removal", "Removals"), visit.person.name)
