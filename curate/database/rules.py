"""How items are reviewed: one row per kind of item, shared by everybody who uses this database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.tables import ReviewRule
from curate.verdicts import Consensus

GROUP = "group"


def rule(session: Session, *, lock: bool = False) -> ReviewRule:
    """The rule for groups; the default one is stored on first sight.

    Args:
        lock: Hold the row until the transaction ends.
    """
    wanted = select(ReviewRule).where(ReviewRule.kind == GROUP)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        session.execute(insert(ReviewRule).values(kind=GROUP).on_conflict_do_nothing())
        found = session.scalars(wanted.with_for_update() if lock else wanted).one()
    return found


def consensus(session: Session) -> Consensus:
    """How many reviewers of a group must agree."""
    # Not through ``rule``: whoever only reads must not have to write.
    row = session.execute(
        select(ReviewRule.votes_needed, ReviewRule.votes_asked).where(ReviewRule.kind == GROUP)
    ).one_or_none()
    return Consensus(*row) if row is not None else Consensus()


def set_consensus(session: Session, wanted: Consensus) -> None:
    """Ask for ``wanted`` from now on. What was voted before is settled anew by whoever reads it."""
    held = rule(session, lock=True)
    held.votes_needed, held.votes_asked = wanted.needed, wanted.asked
    session.flush()
