"""The queue over mining runs: what stands in it, and what it says of items that share pairs."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from curate.database import decisions, queue, refill, review_items, rules
from curate.database.connection import engine
from curate.database.decisions import Said
from curate.database.tables import MiningRun, QueuedItem, ReviewItem
from curate.verdicts import Consensus
from queued import queue_groups


@pytest.fixture
def session(database_url: str):
    opened = engine(database_url)
    with Session(opened) as session, session.begin():
        yield session
    opened.dispose()


def rows(session: Session) -> dict[UUID, QueuedItem]:
    session.expire_all()
    found = select(ReviewItem.public_id, QueuedItem).join(QueuedItem, QueuedItem.item_id == ReviewItem.id)
    return {public_id: row for public_id, row in session.execute(found)}


def state(session: Session, item: UUID) -> tuple[str, int]:
    row = rows(session)[item]
    return row.state, row.votes_wanted


def test_nothing_mined_is_an_empty_queue(session):
    refill.refresh(session)
    assert rows(session) == {}


def test_a_new_run_takes_the_place_of_the_one_before_and_finds_its_decisions_again(session):
    first = queue_groups(session, [(0, 1, 2), (3, 4, 5)])
    decisions.decide(session, first[0], Said("accept"), reviewer="ada")
    second = queue_groups(session, [(0, 1), (2, 3)])
    assert set(rows(session)) == set(second)
    session.execute(text("UPDATE mining_runs SET finished_at = now() + interval '1 h' WHERE id = 1"))
    refill.refresh(session)
    assert set(rows(session)) == set(first)
    assert [state(session, item) for item in first] == [("accepted", 0), ("open", 1)]
    assert rows(session)[first[1]].position == 0


def test_refreshing_the_same_run_changes_nothing(session):
    queue_groups(session, [(0, 1, 2), (3, 4, 5)])
    session.execute(text("UPDATE review_queue SET position = position + 100"))
    before = {item: row.position for item, row in rows(session).items()}
    refill.refresh(session)
    assert {item: row.position for item, row in rows(session).items()} == before


def test_a_vote_tells_about_every_item_that_shares_a_pair(session):
    one, overlapping, apart = queue_groups(session, [(0, 1, 2), (1, 2, 3), (2, 4, 5)])
    decisions.decide(session, one, Said("accept"), reviewer="ada")
    assert state(session, one) == ("accepted", 0)
    assert state(session, overlapping) == ("partial", 1)
    assert state(session, apart) == ("open", 1)


def test_a_flag_waits_for_an_adjudicator(session):
    (item,) = queue_groups(session, [(0, 1, 2)])
    decisions.decide(session, item, Said("flag", reason="blurred"), reviewer="ada")
    assert state(session, item) == ("flagged", 0)
    assert queue.left(session, "ada", uuid4()) == queue.Left(open=0, mine=1, adjudicate=1)
    decisions.decide(session, item, Said("reject"), reviewer="eve", adjudicates=True)
    assert state(session, item) == ("rejected", 0)


def test_people_who_cannot_agree_leave_the_item_to_an_adjudicator_even_if_no_pair_is_disputed(session):
    rules.set_consensus(session, Consensus(2, 2))
    (item,) = queue_groups(session, [(0, 1, 2, 3)])
    members = sorted(review_items.members(session, queue.keys(session, [item])[item]))
    for reviewer, other in (("ada", members[:2]), ("bob", members[2:])):
        said = Said("accept", dict.fromkeys(other, "different"))
        decisions.decide(session, item, said, reviewer=reviewer)
    assert state(session, item) == ("disputed", 0)


def test_another_consensus_settles_anew_what_was_voted_before(session):
    voted, untouched = queue_groups(session, [(0, 1), (2, 3)])
    decisions.decide(session, voted, Said("accept"), reviewer="ada")
    rules.set_consensus(session, Consensus(2, 3))
    refill.resettle(session, rules.rule(session))
    assert state(session, voted) == ("open", 1)
    assert state(session, untouched) == ("open", 2)


def test_an_order_puts_the_strongest_or_the_weakest_first_and_leaves_decided_items_where_they_were(session):
    items = queue_groups(session, [(2 * n, 2 * n + 1) for n in range(8)])
    first = min(rows(session).values(), key=lambda row: row.position)
    decided = next(item for item, row in rows(session).items() if row is first)
    decisions.decide(session, decided, Said("accept"), reviewer="ada")
    rule = rules.rule(session)
    rule.ordering = "likely"
    refill.arrange(session, rule)
    found = rows(session)
    assert (found[decided].position, found[decided].random_draw) == (0, True)
    waiting = [item for item in items if item != decided]
    by_order = [item for item in waiting if not found[item].random_draw]
    # ``queue_groups`` makes the later groups the stronger ones
    assert sorted(by_order, key=lambda item: found[item].position) == by_order[::-1]


def test_the_queue_knows_its_run(session):
    queue_groups(session, [(0, 1)])
    assert rules.rule(session).run_id == session.scalar(select(MiningRun.id))
