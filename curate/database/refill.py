"""Filling the review queue with the groups of the latest mining run, and putting it in order."""

from __future__ import annotations

from sqlalchemy import delete, exists, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import mining, placing, rules, states, takedowns
from curate.database.queue import write
from curate.database.tables import (
    Group,
    MiningRun,
    QueuedItem,
    ReviewItem,
    ReviewLease,
    ReviewRule,
    ReviewSkip,
)
from curate.errors import NotFoundError
from curate.verdicts import OPEN, Consensus

_SETTLED_AT_ONCE = 2000  # items; some 10 MB of facts
_UNSEEN = {"synchronize_session": False}  # no object of the session stands for a row of the queue


def refresh(session: Session) -> None:
    """Make the queue that of the latest run; nothing is done if it is that already, or nothing is mined.

    Items of earlier runs go, with leases and skips; decisions on them stay and count again as soon as a
    run finds the same members once more.
    """
    try:
        run = mining.latest_run(session)
    except NotFoundError:
        return
    if rules.rule(session).run_id == run.id:
        return  # nobody has to wait for that
    session.expire_all()
    rules.hold_alone(session)
    run, rule = mining.latest_run(session), rules.rule(session)
    if rule.run_id == run.id:
        return
    rule.run_id = run.id
    session.flush()
    _replace_items(session, rule)
    resettle(session, rule)
    arrange(session, rule)


def resettle(session: Session, rule: ReviewRule) -> None:
    """Derive anew what the queue says of every item. The caller holds the queue alone."""
    consensus = Consensus(rule.votes_needed, rule.votes_asked)
    untouched = {"state": OPEN, "votes_wanted": consensus.needed, "voters": []}
    differs = [getattr(QueuedItem, name) != value for name, value in untouched.items()]
    reset = update(QueuedItem).where(or_(*differs)).values(untouched)
    session.execute(reset, execution_options=_UNSEEN)
    touched = states.touched(session, select(QueuedItem.item_id))
    # From the tenth portion on Postgres would keep a plan for arrays of any length, which takes four times as
    # long for these.
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    for start in range(0, len(touched), _SETTLED_AT_ONCE):
        write(session, states.derive(session, touched[start : start + _SETTLED_AT_ONCE], consensus))


def arrange(session: Session, rule: ReviewRule) -> None:
    """Give every item that wants votes its place. The caller holds the queue alone."""
    if rule.run_id is None:
        return
    waiting = (
        select(QueuedItem.item_id, Group.weakest)
        .join(Group, (Group.item_id == QueuedItem.item_id) & (Group.run_id == rule.run_id))
        .join(ReviewItem, ReviewItem.id == QueuedItem.item_id)
        .where(QueuedItem.votes_wanted > 0)
        .order_by(ReviewItem.public_id)
    )
    ranked = [(key, weakest) for key, weakest in session.execute(waiting)]
    seed = session.scalars(select(MiningRun.public_id).where(MiningRun.id == rule.run_id)).one().int
    placing.place(session, QueuedItem, ranked, rule.ordering, seed)


def _replace_items(session: Session, rule: ReviewRule) -> None:
    for table in (ReviewLease, ReviewSkip, QueuedItem):
        stays = exists().where(Group.run_id == rule.run_id, Group.item_id == table.item_id)
        session.execute(delete(table).where(~stays), execution_options=_UNSEEN)
    found = select(
        Group.item_id, literal(0), literal(False), literal(OPEN), literal(rule.votes_needed)
    ).where(Group.run_id == rule.run_id, Group.item_id.not_in(takedowns.item_keys()))
    columns = ("item_id", "position", "random_draw", "state", "votes_wanted")
    session.execute(insert(QueuedItem).from_select(columns, found).on_conflict_do_nothing())
