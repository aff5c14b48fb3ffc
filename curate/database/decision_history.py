"""Decisions and undos as they were made, each with whether it was undone since."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import Decision, ReviewItem

_Undo = aliased(Decision)


def by_event(session: Session, event_id: UUID) -> Decision | None:
    """The decision or undo that was stored for this event of a sender."""
    return session.scalar(select(Decision).where(Decision.event_id == event_id))


def by_public_ids(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, tuple[Decision, bool]]:
    """Decisions by public id, each with whether it was undone."""
    rows = (
        select(Decision, _Undo.id.is_not(None))
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.public_id, public_ids))
    )
    return {made.public_id: (made, undone) for made, undone in session.execute(rows)}


def undone(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The reviewers of those of these decisions that were undone, by public id."""
    rows = (
        select(Decision.public_id, Decision.reviewer)
        .join(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.public_id, public_ids))
    )
    return {public_id: reviewer for public_id, reviewer in session.execute(rows)}


def history(
    session: Session, *, item_id: UUID | None = None, reviewer: str | None = None, limit: int = 20
) -> list[tuple[Decision, ReviewItem, bool]]:
    """Decisions and undos, newest first, each with its item and whether it was undone."""
    rows = (
        select(Decision, ReviewItem, _Undo.id.is_not(None))
        .join(ReviewItem, ReviewItem.id == Decision.item_id)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .order_by(Decision.id.desc())
        .limit(limit)
    )
    if item_id is not None:
        rows = rows.where(ReviewItem.public_id == item_id)
    if reviewer is not None:
        rows = rows.where(Decision.reviewer == reviewer)
    return [(made, item, undone) for made, item, undone in session.execute(rows)]
