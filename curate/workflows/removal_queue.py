"""What a reviewer's window asks of the queue of removals, each in one short transaction.

The counterpart of ``curate.workflows.queue``: a window is served cases, that is objects with all that
removers made of them, and votes on one removal at a time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import leases, objects, removal_cases, removal_queue, removals, rules, votes
from curate.database.leases import ADJUDICATE, REVIEW, Seat
from curate.database.removal_cases import Case, Output, Said
from curate.database.removal_queue import CasesLeft
from curate.database.votes import Vote
from curate.errors import ConflictError, NotFoundError
from curate.workspace import Workspace

__all__ = [
    "ADJUDICATE",
    "REVIEW",
    "Case",
    "CasesLeft",
    "Last",
    "Output",
    "Said",
    "Seat",
    "Served",
    "Undone",
    "Vote",
    "Voted",
    "cases",
    "heartbeat",
    "leave",
    "refresh",
    "seat",
    "skip",
    "undo",
    "vote",
]


@dataclass(frozen=True, slots=True)
class Last:
    """A reviewer's newest standing decision on a removal: what an undo takes back."""

    decision: UUID
    removal: UUID
    object: UUID
    verdict: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Served:
    """Cases that the seat holds from now on, in the order to show them."""

    cases: tuple[Case, ...]
    left: CasesLeft
    last: Last | None
    reviewer: str


@dataclass(frozen=True, slots=True)
class Voted:
    """A vote that is committed, and what comes next."""

    decision: UUID
    new: bool
    """False if the reviewer's standing decision said exactly this before."""
    version: int
    """How many decisions and undos the reviewer has made on the removal."""
    last: Last | None
    cases: tuple[Case, ...]
    left: CasesLeft


@dataclass(frozen=True, slots=True)
class Undone:
    """A decision that was taken back."""

    decision: UUID
    case: Case | None
    """What it was about, now held by the seat; None if it is not free."""
    last: Last | None
    left: CasesLeft


def seat(reviewer: str, window: UUID, desk: str = REVIEW) -> Seat:
    """One window of one reviewer at the queue of removals; ``window`` is an id that it made up."""
    return Seat(reviewer, window, desk, rules.REMOVAL)


def refresh(workspace: Workspace) -> None:
    """Queue what is not queued yet, and put in order what was added since."""
    with workspace.transaction() as session:
        removal_queue.refresh(session)


def cases(
    workspace: Workspace, seat: Seat, want: int, have: Collection[UUID] = (), object_id: UUID | None = None
) -> Served:
    """Lease up to ``want`` further cases to a seat.

    Args:
        have: Objects whose case the window shows or keeps ready; they are not served again.
        object_id: Whose case is served first.

    Raises:
        ConflictError: ``taken``: the case of ``object_id`` is not free.
        NotFoundError: there is no such case.
    """
    seconds = workspace.settings.lease_seconds
    with workspace.transaction() as session:
        taken = [] if object_id is None else [_asked_for(session, seat, object_id, seconds)]
        shown = [*objects.keys(session, have).values(), *taken]
        taken += leases.claim(session, seat, want - len(taken), shown, seconds)
        return Served(
            removal_cases.build(session, seat, taken),
            removal_queue.left(session, seat.reviewer, seat.seat),
            _last(session, seat.reviewer),
            seat.reviewer,
        )


def vote(workspace: Workspace, seat: Seat, vote: Vote, want: int = 0, have: Collection[UUID] = ()) -> Voted:
    """Commit a vote on one removal, then lease up to ``want`` further cases.

    The seat keeps the case as long as another removal of the object wants the reviewer's vote.

    Raises:
        ConflictError: ``stale``, ``taken`` or ``verdict``; nothing is stored.
        NotFoundError: there is no such removal.
    """
    with workspace.transaction() as session:
        stored = votes.vote(session, seat, vote)
    served = cases(workspace, seat, want, have)  # apart: if this fails, the vote stays
    return Voted(stored.decision, stored.new, stored.version, served.last, served.cases, served.left)


def undo(workspace: Workspace, seat: Seat, event: UUID, decision: UUID) -> Undone:
    """Take back the reviewer's last standing decision on a removal and lease its case if it is free.

    Raises:
        ConflictError: ``nothing``: ``decision`` is not the last one, or it is somebody else's.
    """
    with workspace.transaction() as session:
        key = removal_queue.case_of(session, votes.undo(session, seat, event, decision))
    with workspace.transaction() as session:
        free = leases.claim_item(session, seat, key, workspace.settings.lease_seconds)
        return Undone(
            decision,
            removal_cases.build(session, seat, [key])[0] if free else None,
            _last(session, seat.reviewer),
            removal_queue.left(session, seat.reviewer, seat.seat),
        )


def skip(
    workspace: Workspace, seat: Seat, object_id: UUID, want: int = 0, have: Collection[UUID] = ()
) -> Served:
    """Serve a case to this reviewer after all others, then lease up to ``want`` further cases.

    Raises:
        NotFoundError: there is no such object.
    """
    with workspace.transaction() as session:
        leases.skip(session, seat, _key(session, object_id))
    return cases(workspace, seat, want, have)


def heartbeat(workspace: Workspace, seat: Seat, object_ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Keep cases for another while; the objects of those that the seat still holds."""
    with workspace.transaction() as session:
        keys = objects.keys(session, object_ids)
        kept = set(leases.heartbeat(session, seat, keys.values(), workspace.settings.lease_seconds))
    return tuple(each for each in object_ids if keys.get(each) in kept)


def leave(workspace: Workspace, seat: Seat) -> int:
    """Give back all that the seat holds; how many cases that was."""
    with workspace.transaction() as session:
        return leases.give_back(session, seat)


def _asked_for(session: Session, seat: Seat, object_id: UUID, seconds: float) -> int:
    key = _key(session, object_id)
    if leases.claim_item(session, seat, key, seconds):
        return key
    raise ConflictError(
        "taken", "That object is not free: it is decided, or somebody holds it. Go on with the next one."
    )


def _key(session: Session, object_id: UUID) -> int:
    key = objects.keys(session, [object_id]).get(object_id)
    if key is None:
        raise NotFoundError(f"There is no object {object_id}: load the page again.")
    return key


def _last(session: Session, reviewer: str) -> Last | None:
    found = votes.last(session, reviewer, rules.REMOVAL)
    if found is None:
        return None
    row = removals.by_public_ids(session, [found.item]).get(found.item)
    if row is None:
        return None  # its photo was taken down: there is nothing to come back to
    return Last(found.decision, found.item, row.object_.public_id, found.verdict, found.at)
