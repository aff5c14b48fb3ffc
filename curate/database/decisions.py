"""Decisions and the pair facts derived from them.

Decisions are append-only. A reviewer's standing decision on an item is the latest one that was not
undone; only standing decisions have facts, and the facts are derived again after every change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Select, Text, and_, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import Decision, Object, PairFact, ReviewItem, ReviewMember
from curate.errors import DecisionError, NotFoundError
from curate.verdicts import Fact, facts_of, pair_of

_Left, _Right = aliased(Object), aliased(Object)
_Undo = aliased(Decision)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a decision."""

    public_id: UUID
    item_id: UUID
    verdict: str
    new: bool
    """False if the reviewer's standing decision already said exactly this."""


def find_item(session: Session, prefix: str) -> UUID:
    """The item whose public id starts with ``prefix``.

    Raises:
        NotFoundError: none does, or several do.
    """
    text = cast(ReviewItem.public_id, Text)
    found = session.scalars(
        select(ReviewItem.public_id).where(text.startswith(prefix.lower(), autoescape=True)).limit(2)
    ).all()
    if len(found) > 1:
        raise NotFoundError(f"Several groups start with {prefix!r}: type more of the id.")
    if not found:
        raise NotFoundError(f"There is no group {prefix!r}: type `curate groups list`.")
    return found[0]


def decide(
    session: Session,
    item_id: UUID,
    verdict: str,
    *,
    reviewer: str,
    automatic: bool = False,
    dropped: Collection[UUID] = (),
    reason: str | None = None,
) -> Recorded:
    """Record one verdict. Saying the same again changes nothing.

    Raises:
        DecisionError: the verdict does not fit the item.
    """
    item = _locked(session, item_id)
    members = _members(session, item.id)
    facts_of(verdict, list(members), dropped)  # refuses what does not fit before anything is written
    kind = "automatic" if automatic else "person"
    gone = sorted(map(str, dropped))
    standing = _standing(session, item.id, reviewer, kind)
    said_so = standing is not None and (standing.verdict, standing.dropped) == (verdict, gone)
    if standing is not None and said_so and not _overridden(session, standing):
        return Recorded(standing.public_id, item_id, verdict, new=False)
    made = _append(session, item, reviewer, kind, verdict, dropped=gone, reason=reason)
    _derive(session, item.id, reviewer, kind)
    return Recorded(made.public_id, item_id, verdict, new=True)


def undo(
    session: Session, reviewer: str, item_id: UUID | None = None, *, automatic: bool = False
) -> Recorded:
    """Take back the reviewer's last standing decision, on ``item_id`` or anywhere.

    Raises:
        DecisionError: there is nothing left to undo.
    """
    kind = "automatic" if automatic else "person"
    rows = _not_undone(Decision.reviewer == reviewer, Decision.reviewer_kind == kind)
    if item_id is not None:
        rows = rows.where(Decision.item_id == _locked(session, item_id).id)
    last = session.scalar(rows.order_by(Decision.id.desc()).limit(1))
    if last is None:
        raise DecisionError(f"There is no decision of {reviewer!r} left to undo.")
    item = session.scalars(select(ReviewItem).where(ReviewItem.id == last.item_id).with_for_update()).one()
    standing = _standing(session, item.id, reviewer, kind)
    if standing is None or standing.id != last.id:
        raise DecisionError(
            f"{reviewer!r} decided on group {item.public_id} meanwhile: look, then undo again."
        )
    made = _append(session, item, reviewer, kind, "undo", dropped=[], reason=None, undoes_id=last.id)
    _derive(session, item.id, reviewer, kind)
    return Recorded(made.public_id, item.public_id, "undo", new=True)


def facts(session: Session, between: Collection[UUID] | None = None) -> list[Fact]:
    """The facts of all standing decisions, or those between objects of ``between``."""
    rows = (
        select(_Left.public_id, _Right.public_id, PairFact.relation, Decision)
        .join(_Left, _Left.id == PairFact.left_id)
        .join(_Right, _Right.id == PairFact.right_id)
        .join(Decision, Decision.id == PairFact.decision_id)
    )
    if between is not None:
        rows = rows.where(among(_Left.public_id, between), among(_Right.public_id, between))
    return [
        Fact(
            pair_of(left, right),
            relation,
            made.id,
            made.reviewer,
            made.reviewer_kind == "automatic",
            made.public_id,
        )
        for left, right, relation, made in session.execute(rows)
    ]


def decided_by(session: Session, policy: str) -> list[UUID]:
    """Items on which an automatic policy has a standing decision, in id order."""
    mine = _not_undone(Decision.reviewer == policy, Decision.reviewer_kind == "automatic").subquery()
    rows = select(ReviewItem.public_id).where(ReviewItem.id.in_(select(mine.c.item_id)))
    return list(session.scalars(rows.order_by(ReviewItem.public_id)))


def by_public_ids(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, tuple[Decision, bool]]:
    """Decisions by public id, each with whether it was undone."""
    rows = (
        select(Decision, _Undo.id.is_not(None))
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.public_id, public_ids))
    )
    return {made.public_id: (made, undone) for made, undone in session.execute(rows)}


def _locked(session: Session, public_id: UUID) -> ReviewItem:
    """The item, held until the transaction ends so that two votes on it cannot cross."""
    item = session.scalar(select(ReviewItem).where(ReviewItem.public_id == public_id).with_for_update())
    if item is None:
        raise NotFoundError(f"There is no group {public_id}: type `curate groups list`.")
    return item


def _members(session: Session, item_key: int) -> dict[UUID, int]:
    rows = select(Object.public_id, Object.id).join(ReviewMember, ReviewMember.object_id == Object.id)
    return {public: key for public, key in session.execute(rows.where(ReviewMember.item_id == item_key))}


def _not_undone(*conditions: ColumnElement[bool]) -> Select[Decision]:
    return (
        select(Decision)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(and_(*conditions), Decision.verdict != "undo", _Undo.id.is_(None))
    )


def _standing(session: Session, item_key: int, reviewer: str, kind: str) -> Decision | None:
    rows = _not_undone(
        Decision.item_id == item_key, Decision.reviewer == reviewer, Decision.reviewer_kind == kind
    )
    return session.scalar(rows.order_by(Decision.id.desc()).limit(1))


def _overridden(session: Session, standing: Decision) -> bool:
    """Whether the same reviewer later said something else about one of the decision's pairs."""
    mine, later = aliased(PairFact), aliased(PairFact)
    other = (
        select(later.decision_id)
        .join(Decision, Decision.id == later.decision_id)
        .join(mine, (mine.left_id == later.left_id) & (mine.right_id == later.right_id))
        .where(
            mine.decision_id == standing.id,
            later.decision_id > standing.id,
            later.relation != mine.relation,
            Decision.reviewer == standing.reviewer,
            Decision.reviewer_kind == standing.reviewer_kind,
        )
    )
    return session.scalar(select(other.exists())) or False


def _append(
    session: Session,
    item: ReviewItem,
    reviewer: str,
    kind: str,
    verdict: str,
    *,
    dropped: list[str],
    reason: str | None,
    undoes_id: int | None = None,
) -> Decision:
    mine = (Decision.item_id == item.id, Decision.reviewer == reviewer, Decision.reviewer_kind == kind)
    ordinal = session.scalar(select(func.count()).where(*mine)) or 0
    made = Decision(
        # Content-derived, so that the same votes on the same photos carry the same ids everywhere.
        public_id=uuid5(item.public_id, f"{kind}/{reviewer}/{ordinal}"),
        item_id=item.id,
        reviewer=reviewer,
        reviewer_kind=kind,
        verdict=verdict,
        dropped=dropped,
        reason=reason,
        undoes_id=undoes_id,
    )
    session.add(made)
    session.flush()
    return made


def _derive(session: Session, item_key: int, reviewer: str, kind: str) -> None:
    """Make the facts of this reviewer about this item those of the standing decision."""
    mine = select(Decision.id).where(
        Decision.item_id == item_key, Decision.reviewer == reviewer, Decision.reviewer_kind == kind
    )
    session.execute(delete(PairFact).where(PairFact.decision_id.in_(mine)))
    standing = _standing(session, item_key, reviewer, kind)
    if standing is None:
        return
    members = _members(session, item_key)
    stated = facts_of(standing.verdict, list(members), [UUID(text) for text in standing.dropped])
    rows = []
    for (one, other), relation in stated.items():
        left, right = sorted((members[one], members[other]))
        rows.append({"decision_id": standing.id, "left_id": left, "right_id": right, "relation": relation})
    session.execute(insert(PairFact), rows)
