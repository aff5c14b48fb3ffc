"""The queue of removals. What stands in it is a case: one object with all that removers made of it.

A person looks at the removals of an object together and accepts at most one, so the whole case is held by
one seat, served in one place and settled by one accepted removal; every vote is a decision on one removal.
Rows can be made anew from removals and decisions at any time, and are locked as those of groups are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, all_, and_, delete, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from curate.database import placing, queue, removal_words, rules, takedowns
from curate.database.among import among
from curate.database.leases import ADJUDICATE, REVIEW, Seat
from curate.database.states import Derived
from curate.database.tables import (
    CaseLease,
    Decision,
    Object,
    QueuedCase,
    Removal,
    RemovalMeasurement,
)
from curate.removal_verdicts import Judged, done_with, judged, state_of_case, votes_wanted
from curate.verdicts import OPEN, Consensus

UNPLACED = 2**62
"""Position of cases that came after the queue was put in order: they wait behind all others."""
_SETTLED_AT_ONCE = 2000  # cases
_SEED = 0  # ids of objects are hashes, so that their order is a lot by itself


@dataclass(frozen=True, slots=True)
class CasesLeft:
    """How much there is to do, and how much is done."""

    open: int
    """Cases that want votes from anybody."""
    mine: int
    """Verdicts of the reviewer on removals that were not taken back."""
    adjudicate: int
    """Cases that are disputed or flagged."""
    elsewhere: int
    """Cases that the reviewer's other windows hold."""
    any: bool
    """Whether there is any case at all."""


def put(session: Session, object_key: int) -> None:
    """Queue the case of an object, or settle it anew because it has one more removal."""
    rules.share(session)
    _insert(session, [object_key])
    recount(session, [object_key])


def recount(session: Session, object_keys: Collection[int]) -> None:
    """Derive anew what the queue says of these cases, and take them from seats that have no part in them.

    Belongs into the transaction that changes the facts of these cases, after the change.
    """
    rules.share(session)
    if held := queue.hold(session, object_keys, QueuedCase):
        _settle(session, held)


def recount_item(session: Session, item_key: int) -> None:
    """``recount`` of the case that one removal belongs to, by the key of its review item."""
    recount(session, [case_of(session, item_key)])


def case_of(session: Session, item_key: int) -> int:
    """Key of the object that a removal belongs to, by the key of its review item."""
    return session.scalars(select(Removal.object_id).where(Removal.item_id == item_key)).one()


def refresh(session: Session) -> None:
    """Queue removals from before there was a queue, and put cases that were made since in order."""
    if not session.scalar(select(or_(exists(select(Removal.id).where(_unqueued())), _unplaced()))):
        return  # nobody has to wait for that
    rules.hold_alone(session)
    keys = session.scalars(select(Removal.object_id).where(_unqueued()).distinct()).all()
    _insert(session, keys)
    _settle(session, keys)
    arrange(session)


def resettle(session: Session) -> None:
    """Derive anew what the queue says of every case. The caller holds the queue alone."""
    _settle(session, session.scalars(select(QueuedCase.item_id)).all())


def arrange(session: Session) -> None:
    """Give every case that wants votes its place. The caller holds the queue alone.

    What a case promises is how few reject reasons the numbers of its best removal suggest. ``uncertain``
    serves those first that promise least, ``likely`` those that promise most; equal ones stand in the order
    of their objects' ids, and one place in four goes by lot as among groups.
    """
    reasons = func.jsonb_array_length(RemovalMeasurement.suggested_reasons).label("reasons")
    newest = (
        select(RemovalMeasurement.removal_id, reasons)
        .ext(distinct_on(RemovalMeasurement.removal_id))
        .order_by(RemovalMeasurement.removal_id, RemovalMeasurement.id.desc())
        .subquery()
    )
    waiting = (
        select(QueuedCase.item_id, -func.min(func.coalesce(newest.c.reasons, 0)))
        .join(Removal, Removal.object_id == QueuedCase.item_id)
        .join(Object, Object.id == QueuedCase.item_id)
        .outerjoin(newest, newest.c.removal_id == Removal.id)
        .where(QueuedCase.votes_wanted > 0)
        .group_by(QueuedCase.item_id, Object.public_id)
        .order_by(Object.public_id)
    )
    ranked = [(key, float(promise)) for key, promise in session.execute(waiting)]
    placing.place(session, QueuedCase, ranked, rules.rule(session, rules.REMOVAL).ordering, _SEED)


def left(session: Session, reviewer: str, seat: UUID) -> CasesLeft:
    mine = (
        select(func.coalesce(func.sum(queue.STEP), 0))
        .join(Removal, Removal.item_id == Decision.item_id)
        .where(Decision.reviewer == reviewer, Decision.reviewer_kind == "person")
    )
    return CasesLeft(*session.execute(queue.counts(QueuedCase, CaseLease, mine, reviewer, seat)).one())


def judged_cases(session: Session, object_keys: Collection[int]) -> dict[int, dict[int, Judged]]:
    """What people say of every removal of these objects: by object, then by the key of the review item."""
    rows = select(Removal.object_id, Removal.item_id).where(among(Removal.object_id, object_keys))
    pairs = [(object_key, item) for object_key, item in session.execute(rows)]
    said = removal_words.standing(session, [item for _, item in pairs])
    needed = rules.consensus(session, rules.REMOVAL)
    found: dict[int, dict[int, Judged]] = defaultdict(dict)
    for object_key, item in pairs:
        found[object_key][item] = judged(removal_words.words(said[item]), needed)
    return found


def offers(session: Session, seat: Seat, object_key: int) -> bool:
    """Whether the case still belongs on the seat's desk and wants its reviewer, whoever holds it."""
    on_desk = queue.adjudicated(QueuedCase)
    if seat.desk == REVIEW:
        on_desk = and_(queue.wanted(QueuedCase), literal(seat.reviewer) != all_(QueuedCase.voters))
    return bool(session.scalar(select(exists().where(QueuedCase.item_id == object_key, on_desk))))


def _insert(session: Session, object_keys: Collection[int]) -> None:
    fresh = {"position": UNPLACED, "random_draw": False, "state": OPEN, "votes_wanted": 0}
    rows = [{"item_id": key, **fresh} for key in object_keys]
    if rows:
        session.execute(insert(QueuedCase).on_conflict_do_nothing(), rows)


def _settle(session: Session, held: Collection[int]) -> None:
    keys, needed = list(held), rules.consensus(session, rules.REMOVAL)
    for start in range(0, len(keys), _SETTLED_AT_ONCE):
        cases = judged_cases(session, keys[start : start + _SETTLED_AT_ONCE])
        derived = {key: _derived(list(case.values()), needed) for key, case in cases.items()}
        queue.write(session, derived, QueuedCase)
    idle = or_(
        and_(CaseLease.desk == REVIEW, ~queue.wanted(QueuedCase)),
        and_(CaseLease.desk == ADJUDICATE, ~queue.adjudicated(QueuedCase)),
    )
    session.execute(
        delete(CaseLease).where(
            among(CaseLease.item_id, keys), QueuedCase.item_id == CaseLease.item_id, idle
        ),
        execution_options={"synchronize_session": False},
    )


def _derived(case: list[Judged], consensus: Consensus) -> Derived:
    return Derived(state_of_case(case, consensus), votes_wanted(case, consensus), done_with(case))


def _unqueued() -> ColumnElement[bool]:
    """Whether a removal is of an object that has no case and should have one."""
    queued = exists().where(QueuedCase.item_id == Removal.object_id)
    return ~queued & Removal.object_id.not_in(takedowns.object_keys())


def _unplaced() -> Exists:
    return exists().where(queue.wanted(QueuedCase), QueuedCase.position == UNPLACED)
