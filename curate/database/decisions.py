"""Making decisions on review items and taking them back.

Decisions are append-only. A reviewer's standing decision on an item is the latest one that was not
undone; what is derived from standing decisions is brought up to date with every change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from curate.database import (
    decision_history,
    pair_facts,
    pair_votes,
    queue,
    removal_queue,
    review_items,
    rules,
    standing_decisions,
    takedowns,
)
from curate.database.standing_decisions import Who
from curate.database.tables import Decision, ReviewItem
from curate.errors import ConflictError, DecisionError
from curate.pair_verdicts import check_said
from curate.verdicts import facts_of


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
        event_id: Made up by the sender; stored with the decision, see ``decision_history.by_event``.

    Raises:
        DecisionError: the verdict does not fit the item.
        ConflictError: the pair was measured again since the reviewer saw it.
    """
    rules.share(session)
    said = replace(said, reason=(said.reason or "").strip() or None)
    item = review_items.hold(session, item_id)
    who = Who(reviewer, automatic)
    if event_id is not None and (sent := decision_history.by_event(session, event_id)) is not None:
        return _again(sent, item, who, said)
    check_id = _refuse_unfit(session, item, said, adjudicates=adjudicates)
    standing = standing_decisions.last(session, who, item_key=item.id)
    if (
        standing is not None
        and standing.check_id == check_id
        and _says(standing, item, said, adjudicates)
        and not pair_facts.overridden(session, standing)
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
    who = Who(reviewer, automatic)
    key = review_items.hold(session, item_id).id if item_id is not None else None
    last = standing_decisions.last(session, who, item_key=key)
    if last is None:
        raise DecisionError(f"There is no decision of {reviewer!r} left to undo.")
    wanted = select(ReviewItem).where(ReviewItem.id == last.item_id)
    item = session.scalars(wanted.with_for_update(key_share=True)).one()
    standing = standing_decisions.last(session, who, item_key=item.id)
    if standing is None or standing.id != last.id:
        raise DecisionError("Another command undid that decision meanwhile: type `curate decide history`.")
    made = _append(session, item, who, Said("undo"), undoes_id=last.id, event_id=event_id)
    _follow(session, item, who)
    return Recorded(made.public_id, item.public_id, "undo", new=True, kind=item.kind)


def _refuse_unfit(session: Session, item: ReviewItem, said: Said, *, adjudicates: bool) -> int | None:
    """Refuse what does not fit the item before anything is written; of a pair, the key of its check."""
    takedowns.refuse_decision(session, item.id)
    if item.kind == rules.GROUP:
        facts_of(said.verdict, list(review_items.members(session, item.id)), said.marks)
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


def _again(sent: Decision, item: ReviewItem, who: Who, said: Said) -> Recorded:
    """What was answered when the event came first."""
    was = (sent.item_id, sent.reviewer, sent.reviewer_kind, sent.verdict, sent.marks, sent.reason)
    if was != (item.id, who.reviewer, who.kind, said.verdict, said.stored_marks, said.reason):
        raise ConflictError("stale", "That was sent before and meant something else: load the page again.")
    return Recorded(sent.public_id, item.public_id, said.verdict, new=False, kind=item.kind)


def _follow(session: Session, item: ReviewItem, who: Who) -> None:
    """Bring up to date what is derived from decisions on the item; of a pair, nothing is."""
    if item.kind == rules.GROUP:
        pair_facts.derive(session, item.id, who)
        queue.recount(session, [item.id])
    elif item.kind == rules.REMOVAL:
        removal_queue.recount_item(session, item.id)


def _says(standing: Decision, item: ReviewItem, said: Said, adjudicates: bool) -> bool:
    if (standing.verdict, standing.marks, standing.adjudicates) != (
        said.verdict,
        said.stored_marks,
        adjudicates,
    ):
        return False
    # The reason is all that a flag says, and half of what is said of a pair or removal.
    return standing.reason == said.reason or (said.verdict != "flag" and item.kind == rules.GROUP)


def _append(
    session: Session,
    item: ReviewItem,
    who: Who,
    said: Said,
    *,
    adjudicates: bool = False,
    undoes_id: int | None = None,
    event_id: UUID | None = None,
    check_id: int | None = None,
) -> Decision:
    ordinal = session.scalar(select(func.count()).where(Decision.item_id == item.id, *who.decided)) or 0
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
