"""What the card may send: the exact fields and types of each JSON body."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from review_ui.guard import Body


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character cannot be stored")
    return text


STORABLE = AfterValidator(_storable)
"""Comes last: a limit that comes after it would count items, not characters, in what it says."""

Want = Annotated[int, Field(ge=1, le=8)]
Items = Annotated[list[UUID], Field(max_length=64)]
Text = Annotated[str, Field(max_length=500), STORABLE]
Seconds = Annotated[float, Field(ge=0, le=1e9)]


class SeatBody(Body):
    """A window of the reviewer's browser; every conversation starts with it."""

    seat: UUID


class DeskBody(SeatBody):
    """A window and the queue it works on."""

    desk: Literal["review", "adjudicate"]


class CardsBody(DeskBody):
    want: Want
    have: Items
    item: UUID | None = None


class DecisionBody(DeskBody):
    event: UUID
    item: UUID
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    verdict: Literal["accept", "reject", "flag"]
    marks: Annotated[
        dict[UUID, Literal["different", "variant", "near_duplicate", "second"]], Field(max_length=1000)
    ]
    reason: Text | None = None
    seconds: Seconds | None = None
    want: Want
    have: Items


class UndoBody(DeskBody):
    event: UUID
    decision: UUID


class SkipBody(DeskBody):
    item: UUID
    want: Want
    have: Items


class CaptionBody(DeskBody):
    event: UUID
    object: UUID
    was: Text | None
    """The person's words that were shown; null if there were none."""
    text: Annotated[str, Field(max_length=10_000), STORABLE]
    """How long a caption may be is told by a sentence of its own."""


class HeartbeatBody(SeatBody):
    items: Items
