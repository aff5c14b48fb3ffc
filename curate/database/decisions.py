"""Decisions and the pair facts derived from them.

Decisions are append-only. A reviewer's standing decision on an item is the latest one that was not
undone; only standing decisions have facts, and the facts are derived again after every change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Select, Text, and_, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from curate.database import pair_votes, queue, removal_queue, rules, takedowns
from curate.database.among import among
from curate.database.tables import Decision, Object, PairFact, ReviewItem, ReviewMember
from curate.errors import ConflictError, DecisionError, NotFoundError
from curate.pair_verdicts import check_said
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
    kind: str = rules.GROUP
    """What was decided on: ``group``, ``pair`` or ``removal``."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of an item, apart from who says it."""

    verdict: str
    marks: Mapping[UUID, str] = field(default_factory=dict)
    """Members set apart; see ``curate.verdicts.MARKS``."""
    reason: str | None = None
    seconds: float | None = None
    """How long the reviewer looked, 0 or more."""
    seen: UUID | None = None
    """Of a pair: the check that the reviewer was shown, see ``pair_checks.check_id``; None does not ask."""

    @property
    def stored_marks(self) -> dict[str, str]:
        return {str(member): mark for member, mark in sorted(self.marks.items())}


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
        raise NotFoundError(f"Several groups, pairs or removals start with {prefix!r}: type more of the id.")
    if not found:
        raise _unknown(repr(prefix))
    return found[0]


def decide(
    session: Session,
    item_id: UUID,
    said: Said,
    *,
    reviewer: str,
    automatic: bool = False,
    adjudicates: bool = False,
    event_id: UUID | None = None,
) -> Recorded:
    """Record one verdict. Saying the same again changes nothing.

    Args:
        event_id: Made up by the sender; stored with the decision, see ``by_event``.

    Raises:
        DecisionError: the verdict does not fit the item.
        ConflictError: the pair was measured again since the reviewer saw it.
    """
    rules.share(session)
    said = replace(said, reason=(said.reason or "").strip() or None)
    item = _locked(session, item_id)
    who = _Who(reviewer, "automatic" if automatic else "person")
    if event_id is not None and (sent := by_event(session, event_id)) is not None:
        return _again(sent, item, who, said)
    check_id = _refuse_unfit(session, item, said, adjudicates=adjudicates)
    standing = _standing(session, item.id, who)
    if (
        standing is not None
        and standing.check_id == check_id
        and _says(standing, item, said, adjudicates)
        and not _overridden(session, standing)
    ):
        return Recorded(standing.public_id, item_id, said.verdict, new=False, kind=item.kind)
    made = _append(session, item, who, said, adjudicates=adjudicates, event_id=event_id, check_id=check_id)
    _follow(session, item, who)
    return Recorded(made.public_id, item_id, said.verdict, new=True, kind=item.kind)


def undo(
    session: Session,
    reviewer: str,
    item_id: UUID | None = None,
    *,
    automatic: bool = False,
    event_id: UUID | None = None,
) -> Recorded:
    """Take back the reviewer's last standing decision, on ``item_id`` or anywhere.

    Raises:
        DecisionError: there is nothing left to undo.
    """
    rules.share(session)
    who = _Who(reviewer, "automatic" if automatic else "person")
    key = _locked(session, item_id).id if item_id is not None else None
    last = last_standing(session, reviewer, automatic=automatic, item_key=key)
    if last is None:
        raise DecisionError(f"There is no decision of {reviewer!r} left to undo.")
    wanted = select(ReviewItem).where(ReviewItem.id == last.item_id)
    item = session.scalars(wanted.with_for_update(key_share=True)).one()
    standing = _standing(session, item.id, who)
    if standing is None or standing.id != last.id:
        raise DecisionError("Another command undid that decision meanwhile: type `curate decide history`.")
    made = _append(session, item, who, Said("undo"), undoes_id=last.id, event_id=event_id)
    _follow(session, item, who)
    return Recorded(made.public_id, item.public_id, "undo", new=True, kind=item.kind)


def last_standing(
    session: Session,
    reviewer: str,
    *,
    automatic: bool = False,
    item_key: int | None = None,
    kind: str | None = None,
) -> Decision | None:
    """The reviewer's newest decision that was not undone: on one item, on items of a kind, or anywhere."""
    rows = _not_undone(
        Decision.reviewer == reviewer, Decision.reviewer_kind == ("automatic" if automatic else "person")
    )
    if item_key is not None:
        rows = rows.where(Decision.item_id == item_key)
    if kind is not None:
        rows = rows.join(ReviewItem, ReviewItem.id == Decision.item_id).where(ReviewItem.kind == kind)
    return session.scalar(rows.order_by(Decision.id.desc()).limit(1))


def by_event(session: Session, event_id: UUID) -> Decision | None:
    """The decision or undo that was stored for this event of a sender."""
    return session.scalar(select(Decision).where(Decision.event_id == event_id))


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
            made.adjudicates,
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


def _locked(session: Session, public_id: UUID) -> ReviewItem:
    """The item, held until the transaction ends so that two votes on it cannot cross.

    Rows that refer to it may still be added, as ``curate mine`` does.
    """
    wanted = select(ReviewItem).where(ReviewItem.public_id == public_id)
    item = session.scalar(wanted.with_for_update(key_share=True))
    if item is None:
        raise _unknown(str(public_id))
    return item


def _unknown(item: str) -> NotFoundError:
    return NotFoundError(
        f"There is no group, pair or removal {item}: "
        "type `curate groups list`, `curate pairs list` or `curate removals list`."
    )


def _refuse_unfit(session: Session, item: ReviewItem, said: Said, *, adjudicates: bool) -> int | None:
    """Refuse what does not fit the item before anything is written; of a pair, the key of its check."""
    takedowns.refuse_decision(session, item.id)
    if item.kind == rules.GROUP:
        facts_of(said.verdict, list(_members(session, item.id)), said.marks)
        return None
    if said.marks:
        raise DecisionError(f"A {item.kind} has no members to set apart: leave the marks out.")
    if item.kind == rules.REMOVAL:
        check_said(said.verdict, said.reason)
        return None
    check = pair_votes.refuse_unfit(
        session, item, said.verdict, said.reason, adjudicates=adjudicates, seen=said.seen
    )
    return check.id if check else None


def _again(sent: Decision, item: ReviewItem, who: _Who, said: Said) -> Recorded:
    """What was answered when the event came first."""
    was = (sent.item_id, sent.reviewer, sent.reviewer_kind, sent.verdict, sent.marks, sent.reason)
    if was != (item.id, who.reviewer, who.kind, said.verdict, said.stored_marks, said.reason):
        raise ConflictError("stale", "That was sent before and meant something else: load the page again.")
    return Recorded(sent.public_id, item.public_id, said.verdict, new=False, kind=item.kind)


def _follow(session: Session, item: ReviewItem, who: _Who) -> None:
    """Bring up to date what is derived from decisions on the item; of a pair, nothing is."""
    if item.kind == rules.GROUP:
        _derive(session, item.id, who)
        queue.recount(session, [item.id])
    elif item.kind == rules.REMOVAL:
        removal_queue.recount_item(session, item.id)


def _members(session: Session, item_key: int) -> dict[UUID, int]:
    rows = select(Object.public_id, Object.id).join(ReviewMember, ReviewMember.object_id == Object.id)
    return {public: key for public, key in session.execute(rows.where(ReviewMember.item_id == item_key))}


def _not_undone(*conditions: ColumnElement[bool]) -> Select[Decision]:
    return (
        select(Decision)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        # On the column of the join, which Postgres makes an anti join of; on another it reads all decisions.
        .where(and_(*conditions), Decision.verdict != "undo", _Undo.undoes_id.is_(None))
    )


@dataclass(frozen=True, slots=True)
class _Who:
    reviewer: str
    kind: str

    def decisions(self, item_key: int) -> tuple[ColumnElement[bool], ...]:
        return (
            Decision.item_id == item_key,
            Decision.reviewer == self.reviewer,
            Decision.reviewer_kind == self.kind,
        )


def _standing(session: Session, item_key: int, who: _Who) -> Decision | None:
    rows = _not_undone(*who.decisions(item_key))
    return session.scalar(rows.order_by(Decision.id.desc()).limit(1))


def _says(standing: Decision, item: ReviewItem, said: Said, adjudicates: bool) -> bool:
    if (standing.verdict, standing.marks, standing.adjudicates) != (
        said.verdict,
        said.stored_marks,
        adjudicates,
    ):
        return False
    # The reason is all that a flag says, and half of what is said of a pair or removal.
    return standing.reason == said.reason or (said.verdict != "flag" and item.kind == rules.GROUP)


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
            Decision.adjudicates == standing.adjudicates,
        )
    )
    return session.scalar(select(other.exists())) or False


def _append(
    session: Session,
    item: ReviewItem,
    who: _Who,
    said: Said,
    *,
    adjudicates: bool = False,
    undoes_id: int | None = None,
    event_id: UUID | None = None,
    check_id: int | None = None,
) -> Decision:
    ordinal = session.scalar(select(func.count()).where(*who.decisions(item.id))) or 0
    made = Decision(
        # Content-derived, so that the same votes on the same photos carry the same ids everywhere.
        public_id=uuid5(item.public_id, f"{who.kind}/{who.reviewer}/{ordinal}"),
        item_id=item.id,
        reviewer=who.reviewer,
        reviewer_kind=who.kind,
        verdict=said.verdict,
        marks=said.stored_marks,
        reason=said.reason,
        adjudicates=adjudicates,
        check_id=check_id,
        undoes_id=undoes_id,
        event_id=event_id,
        seconds=said.seconds,
    )
    session.add(made)
    session.flush()
    return made


def _derive(session: Session, item_key: int, who: _Who) -> None:
    """Make the facts of this reviewer about this item those of the standing decision."""
    mine = select(Decision.id).where(*who.decisions(item_key))
    session.execute(delete(PairFact).where(PairFact.decision_id.in_(mine)))
    standing = _standing(session, item_key, who)
    if standing is None:
        return
    members = _members(session, item_key)
    marks = {UUID(member): mark for member, mark in standing.marks.items()}
    rows = []
    stated = facts_of(standing.verdict, list(members), marks, ruling=standing.adjudicates)
    for (one, other), relation in stated.items():
        left, right = sorted((members[one], members[other]))
        rows.append({"decision_id": standing.id, "left_id": left, "right_id": right, "relation": relation})
    if rows:
        session.execute(insert(PairFact), rows)
