"""What a reviewer's window asks of the queue, each in one short transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import cards as cards_
from curate.database import leases, queue, refill, votes
from curate.database.cards import Card, Member, Weakest
from curate.database.item_words import Word
from curate.database.leases import ADJUDICATE, REVIEW, Seat
from curate.database.queue import Left
from curate.database.votes import Last, Vote
from curate.errors import ConflictError, NotFoundError
from curate.workspace import Workspace

__all__ = [
    "ADJUDICATE",
    "REVIEW",
    "Card",
    "Last",
    "Left",
    "Member",
    "Seat",
    "Served",
    "Undone",
    "Vote",
    "Voted",
    "Weakest",
    "Word",
    "cards",
    "heartbeat",
    "leave",
    "refresh",
    "skip",
    "undo",
    "vote",
]


@dataclass(frozen=True, slots=True)
class Served:
    """Cards that the seat holds from now on, in the order to show them."""

    cards: tuple[Card, ...]
    left: Left
    last: Last | None
    reviewer: str


@dataclass(frozen=True, slots=True)
class Voted:
    """A vote that is committed, and what comes next."""

    decision: UUID
    new: bool
    """False if the reviewer's standing decision said exactly this before."""
    version: int
    """How many decisions and undos the reviewer has made on the item."""
    last: Last | None
    cards: tuple[Card, ...]
    left: Left


@dataclass(frozen=True, slots=True)
class Undone:
    """A decision that was taken back."""

    decision: UUID
    card: Card | None
    """Its item, now held by the seat; None if it is not free or not in the queue any more."""
    last: Last | None
    left: Left


def refresh(workspace: Workspace) -> None:
    """Make the queue that of the latest mining run."""
    with workspace.transaction() as session:
        refill.refresh(session)


def cards(
    workspace: Workspace, seat: Seat, want: int, have: Collection[UUID] = (), item: UUID | None = None
) -> Served:
    """Lease up to ``want`` further cards to a seat.

    Args:
        have: Items that the window shows or keeps ready; they are not served again.
        item: Served first.

    Raises:
        ConflictError: ``taken``: ``item`` is not free.
        NotFoundError: ``item`` is not in the queue.
    """
    seconds = workspace.settings.lease_seconds
    with workspace.transaction() as session:
        taken = [] if item is None else [_asked_for(session, seat, item, seconds)]
        shown = [*queue.keys(session, have).values(), *taken]
        taken += leases.claim(session, seat, want - len(taken), shown, seconds)
        return Served(
            cards_.build(session, seat, taken),
            queue.left(session, seat.reviewer, seat.seat),
            votes.last(session, seat.reviewer),
            seat.reviewer,
        )


def vote(workspace: Workspace, seat: Seat, vote: Vote, want: int = 0, have: Collection[UUID] = ()) -> Voted:
    """Commit a vote, then lease up to ``want`` further cards.

    Raises:
        ConflictError: ``stale``, ``taken`` or ``verdict``; nothing is stored.
        NotFoundError: there is no such item.
    """
    with workspace.transaction() as session:
        stored = votes.vote(session, seat, vote)
    served = cards(workspace, seat, want, have)  # apart: if this fails, the vote stays
    return Voted(stored.decision, stored.new, stored.version, served.last, served.cards, served.left)


def undo(workspace: Workspace, seat: Seat, event: UUID, decision: UUID) -> Undone:
    """Take back the reviewer's last standing decision and lease its item to the seat if it is free.

    Raises:
        ConflictError: ``nothing``: ``decision`` is not the last one, or it is somebody else's.
    """
    with workspace.transaction() as session:
        key = votes.undo(session, seat, event, decision)
    with workspace.transaction() as session:
        free = leases.claim_item(session, seat, key, workspace.settings.lease_seconds)
        card = cards_.build(session, seat, [key])[0] if free else None
        return Undone(
            decision, card, votes.last(session, seat.reviewer), queue.left(session, seat.reviewer, seat.seat)
        )


def skip(workspace: Workspace, seat: Seat, item: UUID, want: int = 0, have: Collection[UUID] = ()) -> Served:
    """Serve an item to this reviewer after all others, then lease up to ``want`` further cards.

    Raises:
        NotFoundError: there is no such item.
    """
    with workspace.transaction() as session:
        leases.skip(session, seat, _key(session, item))
    return cards(workspace, seat, want, have)


def heartbeat(workspace: Workspace, seat: Seat, items: Collection[UUID]) -> tuple[UUID, ...]:
    """Keep items for another while; those that the seat still holds."""
    with workspace.transaction() as session:
        keys = queue.keys(session, items)
        kept = set(leases.heartbeat(session, seat, keys.values(), workspace.settings.lease_seconds))
    return tuple(item for item in items if keys.get(item) in kept)


def leave(workspace: Workspace, seat: Seat) -> int:
    """Give back all that the seat holds; how many items that was."""
    with workspace.transaction() as session:
        return leases.give_back(session, seat)


def _asked_for(session: Session, seat: Seat, item: UUID, seconds: float) -> int:
    key = _key(session, item)
    if leases.claim_item(session, seat, key, seconds):
        return key
    raise ConflictError(
        "taken",
        "That group is not free: it is decided, or somebody holds it. Go on with the next one; captions of "
        "its members can be written under Search, by the ids that `curate groups show` names.",
    )


def _key(session: Session, item: UUID) -> int:
    key = queue.keys(session, [item]).get(item)
    if key is None:
        raise NotFoundError(f"There is no group {item}: load the page again.")
    return key
