"""Whether a vote of the review app is still the reviewer's to cast."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from curate.database import leases, queue, removal_queue, rules, states
from curate.database.leases import ADJUDICATE, REVIEW, Seat
from curate.errors import ConflictError
from curate.removal_verdicts import Judged, state_of_case, wanted_from
from curate.verdicts import ACCEPTED, DISPUTED, FLAGGED, REJECTED


def held_for(session: Session, seat: Seat, key: int) -> int:
    """Refuse what is not this seat's to decide; holds the queue's rows that the vote may change.

    Args:
        key: Of the review item, which the caller holds.

    Returns:
        Key of what the seat holds by a lease: the group itself, or the object that was removed.

    Raises:
        ConflictError: ``stale`` or ``taken``.
    """
    return (_removal if seat.kind == rules.REMOVAL else _group)(session, seat, key)


def _group(session: Session, seat: Seat, key: int) -> int:
    queued = key in queue.hold_around(session, [key])
    if seat.desk == ADJUDICATE:
        state = states.derive(session, [key], rules.consensus(session))[key].state
        if state not in (DISPUTED, FLAGGED):
            raise _settled(seat)
    if queued and not leases.may_vote(session, seat, key):
        raise _taken(seat)
    return key


def _removal(session: Session, seat: Seat, key: int) -> int:
    case = removal_queue.case_of(session, key)
    queue.hold(session, [case], seat.tables.queued)
    removals = removal_queue.judged_cases(session, [case])[case]
    needed = rules.consensus(session, rules.REMOVAL)
    if seat.desk == ADJUDICATE and (
        state_of_case(list(removals.values()), needed) not in (DISPUTED, FLAGGED)
        or removals[key].state in (ACCEPTED, REJECTED)
    ):
        raise _settled(seat)
    if not leases.may_vote(session, seat, case):
        raise _taken(seat)
    if seat.desk == REVIEW and not _may_judge(removals, key, seat.reviewer):
        raise _taken(seat)
    return case


def _may_judge(removals: Mapping[int, Judged], key: int, reviewer: str) -> bool:
    """Whether the reviewer's vote is wanted, or replaces one that was given before looking at the others."""
    wanted = dict(zip(removals, wanted_from(list(removals.values()), reviewer), strict=True))
    return wanted[key] or (any(wanted.values()) and reviewer in removals[key].said)


def _settled(seat: Seat) -> ConflictError:
    return ConflictError("stale", f"This {seat.kind} is settled by now: nothing is left to adjudicate.")


def _taken(seat: Seat) -> ConflictError:
    return ConflictError(
        "taken",
        f"Your time with this {seat.kind} ran out, and somebody else has it or decided it: "
        "go on with the next.",
    )
