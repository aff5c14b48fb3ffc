"""Decisions that stand: the latest of a reviewer that was not undone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, aliased

from curate.database.tables import Decision, ReviewItem

_Undo = aliased(Decision)


@dataclass(frozen=True, slots=True)
class Who:
    """Whose decisions: a person's, or those of an automatic policy by its name."""

    reviewer: str
    automatic: bool = False

    @property
    def kind(self) -> str:
        return "automatic" if self.automatic else "person"

    @property
    def decided(self) -> tuple[ColumnElement[bool], ...]:
        return (Decision.reviewer == self.reviewer, Decision.reviewer_kind == self.kind)


def last(
    session: Session, who: Who, *, item_key: int | None = None, kind: str | None = None
) -> Decision | None:
    """The newest decision that was not undone: on one item, on items of a kind, or anywhere."""
    rows = _not_undone(*who.decided)
    if item_key is not None:
        rows = rows.where(Decision.item_id == item_key)
    if kind is not None:
        rows = rows.join(ReviewItem, ReviewItem.id == Decision.item_id).where(ReviewItem.kind == kind)
    return session.scalar(rows.order_by(Decision.id.desc()).limit(1))


def decided_by(session: Session, policy: str) -> list[UUID]:
    """Items on which an automatic policy has a standing decision, in id order."""
    mine = _not_undone(*Who(policy, automatic=True).decided).subquery()
    rows = select(ReviewItem.public_id).where(ReviewItem.id.in_(select(mine.c.item_id)))
    return list(session.scalars(rows.order_by(ReviewItem.public_id)))


def _not_undone(*conditions: ColumnElement[bool]) -> Select[Decision]:
    return (
        select(Decision)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        # On the column of the join, which Postgres makes an anti join of; on another it reads all decisions.
        .where(and_(*conditions), Decision.verdict != "undo", _Undo.undoes_id.is_(None))
    )
