"""Who holds what, step by step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from curate.database import cards, decisions, leases, queue, rules
from curate.database.connection import engine
from curate.database.decisions import Said
from curate.database.leases import Seat
from curate.verdicts import Consensus
from queued import queue_groups

LONG = 60.0
ADA, BOB, CYD = (Seat(name, uuid4()) for name in ("ada", "bob", "cyd"))


@pytest.fixture
def database(database_url: str):
    opened = engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def session(database):
    with Session(database) as session, session.begin():
        yield session


def keys(session: Session, count: int) -> list[int]:
    """Keys of queued items in the order of serving."""
    queue_groups(session, [(2 * n, 2 * n + 1) for n in range(count)])
    return list(session.scalars(text("SELECT item_id FROM review_queue ORDER BY position")))


def expire(session: Session, seat: Seat) -> None:
    session.execute(
        text("UPDATE review_leases SET expires_at = now() - interval '1 s' WHERE seat = :seat"),
        {"seat": seat.seat},
    )


def test_cards_come_in_order_and_to_one_reviewer_each(session):
    one, two, three = keys(session, 3)
    assert leases.claim(session, ADA, 2, [], LONG) == [one, two]
    assert leases.claim(session, BOB, 2, [], LONG) == [three]
    assert leases.claim(session, CYD, 2, [], LONG) == []


def test_after_a_page_is_loaded_again_its_seat_is_served_what_it_holds(session):
    one, two, three = keys(session, 3)
    leases.claim(session, ADA, 2, [], LONG)
    assert leases.claim(session, ADA, 3, [], LONG) == [one, two, three]
    assert leases.claim(session, ADA, 3, [one], LONG) == [two, three]


def test_another_window_of_the_same_reviewer_gets_other_cards(session):
    rules.set_consensus(session, Consensus(2, 2))
    _, two = keys(session, 2)
    leases.claim(session, ADA, 1, [], LONG)
    assert leases.claim(session, replace(ADA, seat=uuid4()), 2, [], LONG) == [two]
    assert leases.live(session) == {"ada": 2}


def test_a_lease_that_ran_out_is_free_for_others_and_lives_again_if_nobody_took_it(session):
    one, two = keys(session, 2)
    leases.claim(session, ADA, 2, [], LONG)
    expire(session, ADA)
    assert leases.claim(session, BOB, 1, [], LONG) == [one]
    assert leases.heartbeat(session, ADA, [one, two], LONG) == [two]
    assert leases.claim(session, CYD, 1, [], LONG) == []


def test_as_many_hold_an_item_as_votes_are_wanted(session):
    rules.set_consensus(session, Consensus(2, 3))
    (item,) = keys(session, 1)
    served = [leases.claim(session, seat, 1, [], LONG) for seat in (ADA, BOB, CYD)]
    assert served == [[item], [item], []]


def test_nobody_is_asked_twice(session):
    rules.set_consensus(session, Consensus(2, 2))
    (item,) = keys(session, 1)
    (public_id,) = session.scalars(text("SELECT public_id FROM review_items"))
    decisions.decide(session, public_id, Said("accept"), reviewer="ada")
    assert leases.claim(session, ADA, 1, [], LONG) == []
    assert leases.claim(session, BOB, 1, [], LONG) == [item]


def test_skipped_items_come_last_and_the_oldest_skip_first(session):
    one, two, three = keys(session, 3)
    leases.claim(session, ADA, 3, [], LONG)
    for key in (two, one):
        leases.skip(session, ADA, key)
    assert leases.live(session) == {"ada": 1}
    assert leases.claim(session, ADA, 3, [], LONG) == [three, two, one]
    leases.give_back(session, ADA)
    assert leases.claim(session, BOB, 3, [], LONG) == [one, two, three]


def test_what_is_given_back_is_free_at_once(session):
    keys(session, 3)
    taken = leases.claim(session, ADA, 3, [], LONG)
    assert leases.give_back(session, ADA) == 3
    assert leases.claim(session, BOB, 3, [], LONG) == taken


def test_the_adjudicators_desk_serves_what_is_disputed_or_flagged_to_one_at_a_time(session):
    first, second, _ = queue_groups(session, [(0, 1), (2, 3), (4, 5)])
    decisions.decide(session, first, Said("flag", reason="blurred"), reviewer="ada")
    rules.set_consensus(session, Consensus(1, 1))
    for reviewer, verdict in (("ada", "accept"), ("bob", "reject")):
        decisions.decide(session, second, Said(verdict), reviewer=reviewer)
    judge = Seat("eve", uuid4(), "adjudicate")
    taken = leases.claim(session, judge, 3, [], LONG)
    assert set(taken) == set(queue.keys(session, [first, second]).values())
    assert leases.claim(session, Seat("joe", uuid4(), "adjudicate"), 3, [], LONG) == []
    told = {card.item: card for card in cards.build(session, judge, taken)}
    assert told[first].flag_reasons == ("blurred",)
    assert sorted(word.verdict for word in told[second].votes) == ["accept", "reject"]
    blind = cards.build(session, BOB, taken)
    assert all(card.votes == () == card.flag_reasons for card in blind)


def test_whoever_changes_an_items_row_is_waited_for_before_anybody_hears_that_nothing_is_left(database):
    with Session(database) as other, other.begin():
        (item,) = keys(other, 1)
    with Session(database) as other, Session(database) as session, session.begin():
        queue.hold(other, [item])
        # The other transaction ends while this one waits.
        session.execute(text("SET LOCAL lock_timeout = '10s'"))
        with ThreadPoolExecutor(1) as pool:
            claimed = pool.submit(leases.claim, session, ADA, 1, [], LONG)
            wait_until_blocked(database)
            other.rollback()
            assert claimed.result() == [item]


def wait_until_blocked(database) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(waiting):
            pass


def test_a_card_tells_what_a_reviewer_needs_to_see(session):
    (item,) = queue_groups(session, [(0, 1, 2)], weakest=[0.55])
    key = queue.keys(session, [item])[item]
    (card,) = cards.build(session, ADA, [key])
    assert (card.item, card.version, card.rule, card.label, card.mine) == (item, 0, "compact", "jug", None)
    assert card.band == (0.5, 0.95)
    assert (card.weakest.similarity, card.weakest.members) == (0.55, (1, 2))
    assert [member.similarity for member in card.members] == [1.0, 0.9, 0.9]
    assert (card.members[0].box, card.members[0].size) == ((10.0, 20.0, 100.0, 120.0), (640, 480))
    assert card.members[0].name.endswith(" 0.jpg")
    decisions.decide(session, item, Said("accept", {card.members[2].object: "variant"}), reviewer="ada")
    decisions.undo(session, "ada", item)
    (card,) = cards.build(session, ADA, [key])
    assert (card.version, card.mine.verdict) == (2, "accept")
    assert card.mine.marks == {str(card.members[2].object): "variant"}
