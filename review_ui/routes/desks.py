"""Who may sit at which desk of a review queue, and what of its counts is theirs to know."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from curate.errors import AccessError
from curate.workflows import queue, removal_queue
from curate.workflows.queue import ADJUDICATE
from review_ui.access import Permission, Person

Answer = TypeVar(
    "Answer",
    queue.Served,
    queue.Voted,
    queue.Undone,
    removal_queue.Served,
    removal_queue.Voted,
    removal_queue.Undone,
)


def check(person: Person, desk: str) -> None:
    """Refuse the adjudicator's desk to others.

    Raises:
        AccessError: the person does not adjudicate.
    """
    if desk == ADJUDICATE and not person.may(Permission.ADJUDICATE):
        raise AccessError("Only adjudicators settle what others disagree about: ask an admin for that role.")


def seen_by(person: Person, answer: Answer) -> Answer:
    """What waits for adjudicators is nobody else's business."""
    if person.may(Permission.ADJUDICATE):
        return answer
    return replace(answer, left=replace(answer.left, adjudicate=0))
