"""Votes of the review app and their undoing: compared with what the reviewer saw, then stored once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from curate.database import decisions, leases, queue, rules, states
from curate.database.decisions import Said
from curate.database.leases import ADJUDICATE, Seat
from curate.database.states import FLAG
from curate.database.tables import Decision, ReviewItem
from curate.errors import ConflictError, DecisionError, NotFoundError
from curate.verdicts import DISPUTED, FLAGGED


@dataclass(frozen=True, slots=True)
class Vote:
    """What a reviewer said of a card."""

    event: UUID
    """Made up by the window; a vote that comes again with the same one changes nothing."""
    item: UUID
    version: int
    """The card's: how many decisions and undos the reviewer had made on the item."""
    verdict: str
    """``accept``, ``reject`` or ``flag``."""
    marks: Mapping[UUID, str]
    """Members set apart; see ``curate.verdicts.MARKS``. A flag has none."""
    reason: str | None = None
    seconds: float | None = None
    """From the card's painting to the verdict."""

    @property
    def said(self) -> Said:
        marks = {} if self.verdict == FLAG else self.marks
        return Said(self.verdict, marks, self.reason, self.seconds)


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
    """A reviewer's newest standing decision on a group: what an undo takes back."""

    decision: UUID
    item: UUID
    verdict: str
    at: datetime


def last(session: Session, reviewer: str) -> Last | None:
    made = decisions.last_standing(session, reviewer, kind=rules.GROUP)
    if made is None:
        return None
    item = session.scalars(select(ReviewItem.public_id).where(ReviewItem.id == made.item_id)).one()
    return Last(made.public_id, item, made.verdict, made.decided_at)


def vote(session: Session, seat: Seat, vote: Vote) -> Stored:
    """Store one vote, or say again what became of it.

    Raises:
        ConflictError: ``stale``, ``taken`` or ``verdict``; nothing is stored.
        NotFoundError: there is no such item.
    """
    rules.share(session)
    key = _hold(session, vote.item)
    if (made := decisions.by_event(session, vote.event)) is not None:
        return _again(session, made, seat, vote, key)
    if vote.version != _version(session, key, seat.reviewer):
        raise ConflictError(
            "stale",
            "You decided on this group elsewhere meanwhile, and that stands: Backspace takes it back.",
        )
    _check_desk(session, seat, vote, key)
    stored = _decide(session, seat, vote)
    leases.let_go(session, seat.reviewer, key)
    return Stored(stored.public_id, stored.new, vote.version + stored.new)


def undo(session: Session, seat: Seat, event: UUID, decision: UUID) -> int:
    """Take back the reviewer's last standing decision, which must be ``decision``; the item's key.

    Raises:
        ConflictError: ``nothing`` if it is not the last one, ``stale`` if the event was used before.
    """
    rules.share(session)
    told = decisions.by_public_ids(session, [decision]).get(decision)
    if told is None or told[0].reviewer != seat.reviewer:
        raise ConflictError(
            "nothing", "There is no such decision of yours to take back: load the page again."
        )
    item = session.scalars(select(ReviewItem.public_id).where(ReviewItem.id == told[0].item_id)).one()
    key = _hold(session, item)
    if (made := decisions.by_event(session, event)) is not None:
        if (made.reviewer, made.undoes_id) != (seat.reviewer, told[0].id):
            raise _used_before()
        return key
    newest = decisions.last_standing(session, seat.reviewer, kind=rules.GROUP)
    if newest is None or newest.public_id != decision:
        raise ConflictError("nothing", "That is no longer your last decision: load the page again.")
    decisions.undo(session, seat.reviewer, item, event_id=event)
    return key


def _hold(session: Session, item: UUID) -> int:
    """The item's key; it is held until the transaction ends, so that a vote sent twice is stored once."""
    row = select(ReviewItem.id).where(ReviewItem.public_id == item, ReviewItem.kind == rules.GROUP)
    key = session.scalar(row.with_for_update(key_share=True))
    if key is None:
        raise NotFoundError(f"There is no group {item}: load the page again.")
    return key


def _again(session: Session, made: Decision, seat: Seat, vote: Vote, key: int) -> Stored:
    """What was answered when the event came first."""
    was = (made.reviewer, made.item_id, made.verdict, made.marks, made.reason)
    if was != (seat.reviewer, key, vote.verdict, vote.said.stored_marks, vote.reason):
        raise _used_before()
    return Stored(made.public_id, True, _version(session, key, seat.reviewer, made.id))


def _used_before() -> ConflictError:
    return ConflictError("stale", "That was sent before and meant something else: load the page again.")


def _version(session: Session, key: int, reviewer: str, until: int | None = None) -> int:
    rows = select(func.count()).where(
        Decision.item_id == key, Decision.reviewer == reviewer, Decision.reviewer_kind == "person"
    )
    return session.scalar(rows if until is None else rows.where(Decision.id <= until)) or 0


def _check_desk(session: Session, seat: Seat, vote: Vote, key: int) -> None:
    """Refuse what was not this reviewer's to decide; holds the queue's rows that the vote may change."""
    queued = key in queue.hold_around(session, [key])
    if seat.desk == ADJUDICATE:
        state = states.derive(session, [key], rules.consensus(session))[key].state
        if state not in (DISPUTED, FLAGGED):
            raise ConflictError("stale", "This group is settled by now: nothing is left to adjudicate.")
    if queued and not leases.may_vote(session, seat, key):
        raise ConflictError(
            "taken",
            "Your time with this group ran out, and somebody else has it or decided it: go on with the next.",
        )


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
