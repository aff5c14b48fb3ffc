"""The review queue: which items wait, in which order, and for how many more people.

Its rows can be made anew from mining runs and decisions at any time. Whoever changes one, or a lease on
one, shares the queue (``rules.share``) until the transaction ends, so that nobody meets one that is being
filled, and holds the item's row; whoever holds several rows took them in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from curate.database import mining, review_items, rules, states
from curate.database.among import among
from curate.database.states import Derived
from curate.database.tables import (
    CaseLease,
    Decision,
    QueuedCase,
    QueuedItem,
    ReviewItem,
    ReviewLease,
)

STEP = case((Decision.verdict == "undo", -1), else_=1)
"""What a decision adds to the verdicts that stand."""

AnyQueue = type[QueuedItem] | type[QueuedCase]


# Spelt out like the partial indices they belong to: Postgres does not look into bind parameters.
def wanted(queued: AnyQueue = QueuedItem) -> ColumnElement[bool]:
    """Whether more votes are wanted."""
    return queued.votes_wanted > literal_column("0")


def adjudicated(queued: AnyQueue = QueuedItem) -> ColumnElement[bool]:
    """Whether an adjudicator is waited for."""
    return queued.state.in_([literal_column("'disputed'"), literal_column("'flagged'")])


@dataclass(frozen=True, slots=True)
class Left:
    """How much there is to do, and how much is done."""

    open: int
    """Items that want votes from anybody."""
    mine: int
    """Verdicts of the reviewer that were not taken back."""
    adjudicate: int
    """Items that are disputed or flagged."""
    elsewhere: int = 0
    """Items that the reviewer's other windows hold."""
    mined: bool = True
    """Whether there is any item at all."""
    found_nothing: tuple[float, float] | None = None
    """The band of the latest mining run if there is no item of it."""


def recount(session: Session, item_keys: Collection[int]) -> None:
    """Derive anew what the queue says of these items and of those that share a pair with them.

    Belongs into the transaction that changes the facts of these items, after the change.
    """
    rules.share(session)
    if queued := hold_around(session, item_keys):
        write(session, states.derive(session, queued, rules.consensus(session)))


def keys(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Keys of items by public id; those that do not exist are left out."""
    rows = select(ReviewItem.public_id, ReviewItem.id).where(among(ReviewItem.public_id, public_ids))
    return {public_id: key for public_id, key in session.execute(rows)}


def hold(session: Session, item_keys: Collection[int], queued: AnyQueue = QueuedItem) -> list[int]:
    """Hold the rows of those items that are queued, in the order of their keys, which is returned."""
    return _hold(session, among(queued.item_id, item_keys), queued)


def hold_around(session: Session, item_keys: Collection[int]) -> list[int]:
    """Like ``hold``, with every item that shares at least two members with one of these."""
    return _hold(session, QueuedItem.item_id.in_(review_items.sharing(item_keys)), QueuedItem)


def _hold(session: Session, which: ColumnElement[bool], queued: AnyQueue) -> list[int]:
    rows = select(queued.item_id).where(which).order_by(queued.item_id)
    return list(session.scalars(rows.with_for_update(key_share=True)))


def write(session: Session, derived: Mapping[int, Derived], queued: AnyQueue = QueuedItem) -> None:
    rows = [{"item_id": key, **each._asdict()} for key, each in derived.items()]
    session.execute(update(queued), rows)


def left(session: Session, reviewer: str, seat: UUID) -> Left:
    # Every undo takes back one verdict: counting both is ten times as fast as pairing them.
    mine = select(func.coalesce(func.sum(STEP), 0)).where(
        Decision.reviewer == reviewer, Decision.reviewer_kind == "person"
    )
    found = Left(*session.execute(counts(QueuedItem, ReviewLease, mine, reviewer, seat)).one())
    return found if found.mined else replace(found, found_nothing=mining.empty_band(session))


def counts(
    queued: AnyQueue,
    lease: type[ReviewLease] | type[CaseLease],
    mine: Select[int],
    reviewer: str,
    seat: UUID,
) -> Select[int, int, int, int, bool]:
    """The numbers of ``Left`` about any queue."""
    elsewhere = (
        lease.reviewer == reviewer,
        lease.seat != seat,
        lease.expires_at > func.statement_timestamp(),
    )
    return select(
        select(func.count()).where(wanted(queued)).scalar_subquery(),
        cast(mine.scalar_subquery(), Integer),
        select(func.count()).where(adjudicated(queued)).scalar_subquery(),
        select(func.count()).where(*elsewhere).scalar_subquery(),
        exists(select(queued.item_id)),
    )
