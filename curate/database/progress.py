"""Statistics of the review: how far it is, who did what, what became of it.

Only people's standing decisions count: neither undone ones nor those that the same reviewer replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    cast,
    distinct,
    exists,
    extract,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from curate.database import pair_votes, pairs
from curate.database.among import among
from curate.database.queue import AnyQueue
from curate.database.tables import (
    Decision,
    Group,
    MiningRun,
    Object,
    QueuedItem,
    ReviewMember,
)

PAUSE = 300  # seconds between two decisions of a reviewer after which they were not reviewing

_Undo = aliased(Decision)
_VERDICTS = ("accept", "reject")


class Worked(NamedTuple):
    """What one reviewer did."""

    reviewer: str
    accepted: int
    rejected: int
    flagged: int
    seconds: float | None
    """Median time from seeing a card to deciding it; None if no browser measured it."""
    steps: int
    """Decisions that followed the one before within ``PAUSE``."""
    busy: float
    """Seconds that these took together."""


class Counted(NamedTuple):
    """Decided one way and the other, under a name."""

    name: str
    accepted: int
    rejected: int


class Made(NamedTuple):
    """Decisions of one reviewer in one stretch of time."""

    reviewer: str
    start: datetime
    decisions: int


def states(session: Session, queued: AnyQueue = QueuedItem) -> dict[tuple[str, bool], int]:
    """What stands in a queue by state and by whether it still wants votes."""
    wanted = queued.votes_wanted > 0
    rows = select(queued.state, wanted, func.count()).group_by(queued.state, wanted)
    return {(state, open_): count for state, open_, count in session.execute(rows)}


def pair_states(session: Session) -> Counter[str]:
    """Pairs that nothing took the place of, by state."""
    items = [row.pair.item_id for row in pairs.every(session) if row.superseded_by is None]
    settled = pair_votes.settled(session, items, with_automatic=True)
    return Counter(state.name for state in settled.values())


def groups_of_run(session: Session, run: MiningRun) -> int:
    return session.scalar(select(func.count()).where(Group.run_id == run.id)) or 0


def workers(session: Session) -> list[Worked]:
    """Every reviewer, the busiest first."""
    made = _standing()
    before = func.lag(made.c.decided_at).over(partition_by=made.c.reviewer, order_by=made.c.id)
    gap = cast(extract("epoch", made.c.decided_at - before), Float).label("gap")
    paced = select(made.c.reviewer, made.c.verdict, made.c.seconds, gap).subquery()
    busy = paced.c.gap <= PAUSE
    rows = (
        select(
            paced.c.reviewer,
            *(func.count().filter(paced.c.verdict == verdict) for verdict in (*_VERDICTS, "flag")),
            func.percentile_cont(0.5).within_group(paced.c.seconds),
            func.count().filter(busy),
            func.coalesce(func.sum(paced.c.gap).filter(busy), 0.0),
        )
        .group_by(paced.c.reviewer)
        .order_by(func.count().desc(), paced.c.reviewer)
    )
    return [Worked(*row) for row in session.execute(rows)]


def since_midnight(session: Session, reviewer: str) -> tuple[int, int]:
    """What one reviewer accepted and rejected since the database's midnight."""
    made = _standing(Decision.reviewer == reviewer)
    accepted, rejected = _both(made)
    today = made.c.decided_at >= func.date_trunc("day", func.now())
    counted = session.execute(select(accepted, rejected).where(today)).one()
    return counted[0], counted[1]


def agreement(session: Session, only: Collection[int] | None = None) -> tuple[int, int]:
    """Items on which everybody said exactly the same, and items on which at least two people spoke.

    Adjudicators know what others said and flags say nothing of the item: neither is a vote here. ``only`` are
    keys of items.
    """
    made = _standing() if only is None else _standing(among(Decision.item_id, only))
    words = distinct(tuple_(made.c.verdict, made.c.marks))
    items = (
        select((func.count(words) == 1).label("agreed"))
        .where(made.c.verdict.in_(_VERDICTS), ~made.c.adjudicates)
        .group_by(made.c.item_id)
        .having(func.count() >= 2)
        .subquery()
    )
    agreed, asked = session.execute(
        select(func.count().filter(items.c.agreed), func.count(items.c.agreed))
    ).one()
    return agreed, asked


def drawn_and_decided(session: Session) -> int:
    """Items that the lot put into the queue and somebody accepted or rejected."""
    made = _standing()
    rows = select(func.count(distinct(made.c.item_id))).join(QueuedItem, QueuedItem.item_id == made.c.item_id)
    return session.scalar(rows.where(QueuedItem.random_draw, made.c.verdict.in_(_VERDICTS))) or 0


def span(session: Session) -> tuple[datetime, datetime] | None:
    """When the first and the last standing decision were made."""
    made = _standing()
    first, last = session.execute(select(func.min(made.c.decided_at), func.max(made.c.decided_at))).one()
    return None if first is None else (first, last)


def made_over_time(session: Session, step: timedelta) -> list[Made]:
    """Decisions per reviewer in stretches of ``step`` that begin with the database's midnight."""
    made = _standing()
    start = func.date_bin(step, made.c.decided_at, func.date_trunc("day", func.now())).label("start")
    rows = select(made.c.reviewer, start, func.count()).group_by(made.c.reviewer, start)
    return [Made(*row) for row in session.execute(rows.order_by(start, made.c.reviewer))]


def by_label(session: Session) -> list[Counted]:
    """Verdicts per class on items that want no more votes; an item's class is that of most of its members.

    Votes on the others would tell those who are still to vote what somebody said.
    """
    made = _standing()
    waiting = select(QueuedItem.item_id).where(QueuedItem.votes_wanted > 0)
    judged_items = select(made.c.item_id).where(made.c.verdict.in_(_VERDICTS), made.c.item_id.not_in(waiting))
    label = func.mode().within_group(Object.label).label("label")
    labels = (
        select(ReviewMember.item_id, label)
        .join(Object, Object.id == ReviewMember.object_id)
        .where(ReviewMember.item_id.in_(judged_items))
        .group_by(ReviewMember.item_id)
        .subquery()
    )
    rows = (
        select(labels.c.label, *_both(made))
        .join(labels, labels.c.item_id == made.c.item_id)
        .group_by(labels.c.label)
        .order_by(labels.c.label)
    )
    return [Counted(*row) for row in session.execute(rows)]


def _standing(*conditions: ColumnElement[bool]) -> CTE:
    """One row per item and person: the latest decision that was not undone."""
    who = (Decision.item_id, Decision.reviewer)
    undone = exists().where(_Undo.undoes_id == Decision.id)
    return (
        select(
            Decision.id,
            *who,
            Decision.verdict,
            Decision.marks,
            Decision.adjudicates,
            Decision.seconds,
            Decision.decided_at,
        )
        .where(Decision.reviewer_kind == "person", Decision.verdict != "undo", ~undone, *conditions)
        .order_by(*who, Decision.id.desc())
        .ext(distinct_on(*who))
        .cte("standing")
    )


def _both(made: CTE) -> tuple[ColumnElement[int], ColumnElement[int]]:
    accepted, rejected = _VERDICTS
    return func.count().filter(made.c.verdict == accepted), func.count().filter(made.c.verdict == rejected)
