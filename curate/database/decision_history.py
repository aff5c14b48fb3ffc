"""Decisions and undos as they were made, each with whether it was undone since."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from curate.database import review_items
from curate.database.among import among
from curate.database.tables import Decision, ReviewItem

_Undo = aliased(Decision)

Told = tuple[Decision, ReviewItem, bool]
"""A decision or undo, its item, and whether it was undone."""


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
) -> list[Told]:
    """Decisions and undos, newest first, each with its item and whether it was undone."""
    return _told(session, [] if item_id is None else [ReviewItem.public_id == item_id], reviewer, limit)


def of_shared_views(
    session: Session, item_id: UUID, *, reviewer: str | None = None, limit: int = 20
) -> list[Told]:
    """As ``history``, of all other groups that share two or more views with a group."""
    keys = session.scalars(select(ReviewItem.id).where(ReviewItem.public_id == item_id)).all()
    other = [ReviewItem.public_id != item_id, ReviewItem.id.in_(review_items.sharing(keys))]
    return _told(session, other, reviewer, limit)


def _told(
    session: Session, which: Iterable[ColumnElement[bool]], reviewer: str | None, limit: int
) -> list[Told]:
    rows = (
        select(Decision, ReviewItem, _Undo.id.is_not(None))
        .join(ReviewItem, ReviewItem.id == Decision.item_id)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(*which)
        .order_by(Decision.id.desc())
        .limit(limit)
    )
    if reviewer is not None:
        rows = rows.where(Decision.reviewer == reviewer)
    return [(made, item, undone) for made, item, undone in session.execute(rows)]
