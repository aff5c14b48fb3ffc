"""Who holds which item of a queue. Postgres' clock says when a lease has run out.

A seat says in which queue: that of groups, whose items they are, or that of removals, whose items are the
objects with all that removers made of them.

Leases on an item change only while its row of the queue is held: so what a claim has checked stays true
until it commits. A claim passes over rows that somebody else holds, and checks the rest once more after it
holds them, because the statement that took them saw the leases as they were before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, all_, and_, delete, func, literal, not_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from curate.database import queue, rules
from curate.database.among import among
from curate.database.tables import CaseLease, CaseSkip, QueuedCase, QueuedItem, ReviewLease, ReviewSkip

REVIEW, ADJUDICATE = "review", "adjudicate"


class Tables(NamedTuple):
    """A queue, with its leases and skips."""

    queued: type[QueuedItem] | type[QueuedCase]
    lease: type[ReviewLease] | type[CaseLease]
    skip: type[ReviewSkip] | type[CaseSkip]


TABLES = {
    rules.GROUP: Tables(QueuedItem, ReviewLease, ReviewSkip),
    rules.REMOVAL: Tables(QueuedCase, CaseLease, CaseSkip),
}


@dataclass(frozen=True, slots=True)
class Seat:
    """One window of one reviewer."""

    reviewer: str
    seat: UUID
    """Made up by the window."""
    desk: str = REVIEW
    """``review`` for what wants votes, ``adjudicate`` for what is disputed or flagged."""
    kind: str = rules.GROUP
    """Of what the queue is: ``group`` or ``removal``."""

    @property
    def tables(self) -> Tables:
        return TABLES[self.kind]


def claim(session: Session, seat: Seat, want: int, have: Collection[int], seconds: float) -> list[int]:
    """Lease up to ``want`` items to this seat; their keys in the order to show them.

    First what the seat holds already without having it on the screen, as after a page was loaded again;
    then what comes next; what the reviewer skipped comes last, longest ago first.

    Args:
        have: Keys of items that the window shows or keeps ready.
        seconds: How long the leases last.
    """
    rules.share(session)
    taken: list[int] = []
    for rows in (_held(seat), _next(seat), _skipped(seat)):
        taken += _take(session, seat, rows, want - len(taken), [*have, *taken], seconds)
    if want > 0 and not taken and not have:
        return _wait_for_one(session, seat, seconds)
    return taken


def claim_item(session: Session, seat: Seat, item_key: int, seconds: float) -> bool:
    """Lease this item to this seat, if it is queued and free; whether it was."""
    rules.share(session)
    queue.hold(session, [item_key], seat.tables.queued)
    return bool(_lease(session, seat, [item_key], seconds))


def may_vote(session: Session, seat: Seat, item_key: int) -> bool:
    """Whether this seat's reviewer holds the item, even by a lease that ran out, or could claim it now.

    The caller holds the item's row of the queue.
    """
    lease = seat.tables.lease
    mine = select(lease.item_id).where(_of(seat), lease.item_id == item_key, lease.desk == seat.desk)
    return session.scalar(mine) is not None or bool(_free(session, seat, [item_key]))


def heartbeat(session: Session, seat: Seat, item_keys: Collection[int], seconds: float) -> list[int]:
    """Extend the leases of this seat on these items; the keys of those it still holds.

    A lease that ran out lives again unless somebody claimed the item meanwhile.
    """
    rules.share(session)
    queue.hold(session, item_keys, seat.tables.queued)
    lease, mine = seat.tables.lease, _mine(session, seat, item_keys)
    longer = update(lease).where(_of(seat), among(lease.item_id, mine))
    session.execute(longer.values(expires_at=_until(seconds)))
    return mine


def give_back(session: Session, seat: Seat, item_keys: Collection[int] | None = None) -> int:
    """End the leases of this seat on these items, or all of them; how many there were."""
    rules.share(session)
    queued, lease, _ = seat.tables
    if item_keys is None:
        item_keys = session.scalars(select(lease.item_id).where(_of(seat))).all()
    queue.hold(session, item_keys, queued)
    gone = delete(lease).where(_of(seat), among(lease.item_id, item_keys))
    return len(session.scalars(gone.returning(lease.item_id)).all())


def skip(session: Session, seat: Seat, item_key: int) -> None:
    """Serve this item to this reviewer after all others, and let somebody else have it."""
    rules.share(session)
    queued, lease, skip = seat.tables
    if not queue.hold(session, [item_key], queued):
        return
    session.execute(delete(lease).where(_of(seat), lease.item_id == item_key))
    skipped = insert(skip).values(item_id=item_key, reviewer=seat.reviewer, skipped_at=_clock())
    session.execute(
        skipped.on_conflict_do_update(
            index_elements=[skip.item_id, skip.reviewer], set_={"skipped_at": skipped.excluded.skipped_at}
        )
    )


def let_go(session: Session, seat: Seat, item_key: int) -> None:
    """End the reviewer's lease and skip of an item. The caller holds its row of the queue."""
    for table in seat.tables[1:]:
        session.execute(delete(table).where(table.item_id == item_key, table.reviewer == seat.reviewer))


def live(session: Session, kind: str = rules.GROUP) -> dict[str, int]:
    """How many items of a queue each reviewer holds now, by name."""
    lease = TABLES[kind].lease
    rows = select(lease.reviewer, func.count()).where(lease.expires_at > _clock())
    grouped = rows.group_by(lease.reviewer).order_by(lease.reviewer)
    return {reviewer: count for reviewer, count in session.execute(grouped)}


def _take(
    session: Session, seat: Seat, rows: Select[int], want: int, passed: Sequence[int], seconds: float
) -> list[int]:
    """Lease the first ``want`` of ``rows`` that nobody else is changing and that are free."""
    queued = seat.tables.queued
    taken: list[int] = []
    passed = list(passed)
    while len(taken) < want:
        batch = rows.where(_is_free(seat), not_(among(queued.item_id, passed))).limit(want - len(taken))
        locked = session.scalars(batch.with_for_update(of=queued, key_share=True, skip_locked=True)).all()
        if not locked:
            break
        taken += _lease(session, seat, locked, seconds)
        passed += locked
    return taken


def _wait_for_one(session: Session, seat: Seat, seconds: float) -> list[int]:
    """The first free item, after waiting for whoever changes its row.

    What a claim passed over may be free all the same; nobody is told that there is nothing left to do
    before that is known.
    """
    for rows in (_next(seat), _skipped(seat)):
        while (key := session.scalar(rows.where(_is_free(seat)).limit(1))) is not None:
            # Undone if in vain: whoever waits for a row must not hold another one.
            with session.begin_nested() as attempt:
                if claim_item(session, seat, key, seconds):
                    return [key]
                attempt.rollback()
    return []


def _lease(session: Session, seat: Seat, held: Sequence[int], seconds: float) -> list[int]:
    """Lease those that are free of items whose rows we hold, in their order."""
    queued, lease, _ = seat.tables
    mine = select(
        queued.item_id, literal(seat.reviewer), literal(seat.seat), literal(seat.desk), _until(seconds)
    )
    free = mine.where(among(queued.item_id, held), _is_free(seat))
    columns = (lease.item_id, lease.reviewer, lease.seat, lease.desk, lease.expires_at)
    row = insert(lease).from_select(columns, free)
    taken = row.on_conflict_do_update(
        index_elements=[lease.item_id, lease.reviewer],
        set_={name: row.excluded[name] for name in ("seat", "desk", "expires_at")},
    )
    run_out = delete(lease).where(
        among(lease.item_id, held), lease.reviewer != seat.reviewer, lease.expires_at <= _clock()
    )
    leased = set(session.scalars(taken.returning(lease.item_id).add_cte(run_out.cte("run_out"))))
    return [key for key in held if key in leased]


def _free(session: Session, seat: Seat, item_keys: Collection[int]) -> set[int]:
    queued = seat.tables.queued
    return set(
        session.scalars(select(queued.item_id).where(among(queued.item_id, item_keys), _is_free(seat)))
    )


def _mine(session: Session, seat: Seat, item_keys: Collection[int]) -> list[int]:
    lease = seat.tables.lease
    return list(session.scalars(select(lease.item_id).where(_of(seat), among(lease.item_id, item_keys))))


def _held(seat: Seat) -> Select[int]:
    queued, lease, _ = seat.tables
    rows = select(queued.item_id).join(lease, lease.item_id == queued.item_id)
    return rows.where(_of(seat)).order_by(queued.position)


def _next(seat: Seat) -> Select[int]:
    queued, _, skip = seat.tables
    skipped = select(skip.item_id).where(skip.reviewer == seat.reviewer)
    return select(queued.item_id).where(queued.item_id.not_in(skipped)).order_by(queued.position)


def _skipped(seat: Seat) -> Select[int]:
    queued, _, skip = seat.tables
    rows = select(queued.item_id).join(skip, skip.item_id == queued.item_id)
    return rows.where(skip.reviewer == seat.reviewer).order_by(skip.skipped_at)


def _is_free(seat: Seat) -> ColumnElement[bool]:
    """Whether the seat's desk offers an item to its reviewer and not too many others hold it.

    What is not free is listed once, whatever the number of items asked about: there are few leases, and
    the planner cannot know it.
    """
    queued, lease = seat.tables.queued, aliased(seat.tables.lease)
    elsewhere = select(lease.item_id).where(
        lease.reviewer == seat.reviewer, lease.seat != seat.seat, lease.expires_at > _clock()
    )
    not_taken = and_(queued.item_id.not_in(elsewhere), queued.item_id.not_in(_full(seat)))
    if seat.desk == ADJUDICATE:
        return and_(queue.adjudicated(queued), not_taken)
    return and_(queue.wanted(queued), literal(seat.reviewer) != all_(queued.voters), not_taken)


def _full(seat: Seat) -> Select[int]:
    """Items that as many others hold as votes are wanted, or as adjudicators: one."""
    lease, held = aliased(seat.tables.lease), aliased(seat.tables.queued)
    others = select(lease.item_id).where(lease.reviewer != seat.reviewer, lease.expires_at > _clock())
    if seat.desk == ADJUDICATE:
        return others
    rows = others.join(held, held.item_id == lease.item_id)
    return rows.group_by(held.item_id, lease.item_id).having(func.count() >= held.votes_wanted)


def _of(seat: Seat) -> ColumnElement[bool]:
    lease = seat.tables.lease
    return and_(lease.reviewer == seat.reviewer, lease.seat == seat.seat)


def _clock() -> ColumnElement[datetime]:
    # Not now(): it stands still while a transaction waits.
    return func.statement_timestamp()


def _until(seconds: float) -> ColumnElement[datetime]:
    return _clock() + timedelta(seconds=seconds)
