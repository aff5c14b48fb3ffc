"""Votes of the review app and their undoing: compared with what the reviewer saw, then stored once.

What is voted on is a group or a removal, as the seat says. A seat holds a removal by the case it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from curate.database import (
    decision_history,
    decisions,
    leases,
    removal_queue,
    rules,
    standing_decisions,
    vote_checks,
)
from curate.database.decisions import Said
from curate.database.leases import ADJUDICATE, Seat
from curate.database.rejected_views import rejected_new_views
from curate.database.standing_decisions import Who
from curate.database.states import FLAG
from curate.database.tables import Decision, ReviewItem
from curate.errors import ConflictError, DecisionError, NotFoundError


@dataclass(frozen=True, slots=True)
class Vote:
    """What a reviewer said of a group or a removal."""

    event: UUID
    """Made up by the window; a vote that comes again with the same one changes nothing."""
    item: UUID
    version: int
    """As it was shown: how many decisions and undos the reviewer had made on the item."""
    verdict: str
    """``accept``, ``reject`` or ``flag``."""
    marks: Mapping[UUID, str]
    """Members of a group set apart; see ``curate.verdicts.MARKS``. A flag has none."""
    reason: str | None = None
    seconds: float | None = None
    """From the painting to the verdict."""

    @property
    def said(self) -> Said:
        marks = {} if self.verdict == FLAG else self.marks
        return Said(self.verdict, marks, (self.reason or "").strip() or None, self.seconds)


@dataclass(frozen=True, slots=True)
class Stored:
    """A vote that is in the database."""

    decision: UUID
    new: bool
    """False if the reviewer's standing decision said exactly this before the vote came."""
    version: int
    """How many decisions and undos the reviewer has made on the item, with this one."""


@dataclass(frozen=True, slots=True)
class Last:
    """A reviewer's newest standing decision on a group or removal: what an undo takes back."""

    decision: UUID
    item: UUID
    verdict: str
    at: datetime
    rejected_new: int = 0
    """Views that were new to an accepted group, if an acceptance kept none of them."""


def last(session: Session, reviewer: str, kind: str = rules.GROUP) -> Last | None:
    made = standing_decisions.last(session, Who(reviewer), kind=kind)
    if made is None:
        return None
    item = session.scalars(select(ReviewItem.public_id).where(ReviewItem.id == made.item_id)).one()
    rejected = rejected_new_views(session, [made]).get(made.id, 0)
    return Last(made.public_id, item, made.verdict, made.decided_at, rejected)


def vote(session: Session, seat: Seat, vote: Vote) -> Stored:
    """Store one vote, or say again what became of it.

    Raises:
        ConflictError: ``stale``, ``taken`` or ``verdict``; nothing is stored.
        NotFoundError: there is no such item.
    """
    rules.share(session)
    key = _hold(session, vote.item, seat.kind)
    if (made := decision_history.by_event(session, vote.event)) is not None:
        return _again(session, made, seat, vote, key)
    if vote.version != _version(session, key, seat.reviewer):
        raise ConflictError(
            "stale",
            f"You decided on this {seat.kind} elsewhere meanwhile, and that stands: Backspace takes it back.",
        )
    held = vote_checks.held_for(session, seat, key)
    stored = _decide(session, seat, vote)
    if seat.kind == rules.GROUP or not removal_queue.offers(session, seat, held):
        leases.let_go(session, seat, held)
    elif seat.desk == ADJUDICATE and vote.verdict == FLAG:
        leases.skip(session, seat, held)  # it stays on this desk, but for somebody else first
    return Stored(stored.public_id, stored.new, vote.version + stored.new)


def undo(session: Session, seat: Seat, event: UUID, decision: UUID) -> int:
    """Take back the reviewer's last standing decision, which must be ``decision``; the item's key.

    Raises:
        ConflictError: ``nothing`` if it is not the last one, ``stale`` if the event was used before.
    """
    rules.share(session)
    told = decision_history.by_public_ids(session, [decision]).get(decision)
    if told is None or told[0].reviewer != seat.reviewer:
        raise ConflictError(
            "nothing", "There is no such decision of yours to take back: load the page again."
        )
    item = session.scalars(select(ReviewItem.public_id).where(ReviewItem.id == told[0].item_id)).one()
    key = _hold(session, item, seat.kind)
    if (made := decision_history.by_event(session, event)) is not None:
        if (made.reviewer, made.undoes_id) != (seat.reviewer, told[0].id):
            raise _used_before()
        return key
    newest = standing_decisions.last(session, Who(seat.reviewer), kind=seat.kind)
    if newest is None or newest.public_id != decision:
        raise ConflictError("nothing", "That is no longer your last decision: load the page again.")
    decisions.undo(session, seat.reviewer, item, event_id=event)
    return key


def _hold(session: Session, item: UUID, kind: str) -> int:
    """The item's key; it is held until the transaction ends, so that a vote sent twice is stored once."""
    row = select(ReviewItem.id).where(ReviewItem.public_id == item, ReviewItem.kind == kind)
    key = session.scalar(row.with_for_update(key_share=True))
    if key is None:
        raise NotFoundError(f"There is no {kind} {item}: load the page again.")
    return key


def _again(session: Session, made: Decision, seat: Seat, vote: Vote, key: int) -> Stored:
    """What was answered when the event came first."""
    was, said = (made.reviewer, made.item_id, made.verdict, made.marks, made.reason), vote.said
    if was != (seat.reviewer, key, said.verdict, said.stored_marks, said.reason):
        raise _used_before()
    return Stored(made.public_id, True, _version(session, key, seat.reviewer, made.id))


def _used_before() -> ConflictError:
    return ConflictError("stale", "That was sent before and meant something else: load the page again.")


def _version(session: Session, key: int, reviewer: str, until: int | None = None) -> int:
    rows = select(func.count()).where(
        Decision.item_id == key, Decision.reviewer == reviewer, Decision.reviewer_kind == "person"
    )
    return session.scalar(rows if until is None else rows.where(Decision.id <= until)) or 0


def _decide(session: Session, seat: Seat, vote: Vote) -> decisions.Recorded:
    if vote.verdict == FLAG and not vote.reason:
        raise ConflictError("verdict", "A flag needs a reason for whoever looks next: type one.")
    try:
        return decisions.decide(
            session,
            vote.item,
            vote.said,
            reviewer=seat.reviewer,
            adjudicates=seat.desk == ADJUDICATE,
            event_id=vote.event,
        )
    except DecisionError as error:
        raise ConflictError("verdict", str(error)) from error
