"""How items are reviewed: one row per kind of item, shared by everybody who uses this database."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.tables import ReviewRule
from curate.verdicts import Consensus

GROUP, PAIR, REMOVAL = "group", "pair", "removal"

# Any number that differs from other uses. An advisory lock because waiters for it queue: a lock on the
# rule's row would let reviewers overtake for ever whoever wants it alone.
_QUEUE = 0x7265_7175


def share(session: Session) -> None:
    """Keep rule and queue from being replaced until the transaction ends.

    Comes before any other lock of the transaction.
    """
    session.execute(select(func.pg_advisory_xact_lock_shared(_QUEUE)))


def hold_alone(session: Session) -> None:
    """Wait until nobody shares the queue, and keep others out until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_QUEUE)))


def rule(session: Session, kind: str = GROUP) -> ReviewRule:
    """The rule for items of one kind; the default one is stored on first sight."""
    wanted = select(ReviewRule).where(ReviewRule.kind == kind)
    found = session.scalar(wanted)
    if found is None:
        session.execute(insert(ReviewRule).values(kind=kind).on_conflict_do_nothing())
        found = session.scalars(wanted).one()
    return found


def consensus(session: Session, kind: str = GROUP) -> Consensus:
    """How many reviewers of an item of one kind must agree."""
    # Not through ``rule``: whoever only reads must not have to write.
    row = session.execute(
        select(ReviewRule.votes_needed, ReviewRule.votes_asked).where(ReviewRule.kind == kind)
    ).one_or_none()
    return Consensus(*row) if row is not None else Consensus()


def set_consensus(session: Session, wanted: Consensus, kind: str = GROUP) -> None:
    """Ask for ``wanted`` from now on. The caller holds the queue alone and settles anew what was voted."""
    held = rule(session, kind)
    held.votes_needed, held.votes_asked = wanted.needed, wanted.asked
    session.flush()
