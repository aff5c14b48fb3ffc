"""Decisions: append-only, undone by a new one, and the facts derived from what stands."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from curate.database import decisions, mining, objects, pair_facts
from curate.database.connection import engine
from curate.database.decisions import Said
from curate.database.mining import GroupRow
from curate.database.tables import Decision, PairFact
from curate.errors import DecisionError, NotFoundError
from curate.verdicts import ACCEPTED, DIFFERENT, DISPUTED, OPEN, REJECTED, settle, state_of
from mined_rows import edge_rows
from stored_photos import store_objects


@pytest.fixture
def database(database_url: str):
    opened = engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def group(database: Engine) -> tuple[UUID, list[UUID]]:
    """A review item over four objects of four photos."""
    with Session(database) as session, session.begin():
        made = store_objects(session, 4)
        keys, public_ids = tuple(key for key, _ in made), tuple(public_id for _, public_id in made)
        store_run(session, GroupRow(keys, public_ids, (1.0, 0.8, 0.7, 0.6), 0.6))
    return mining.group_id(public_ids), list(public_ids)


def store_run(session: Session, *groups: GroupRow, number: int = 1) -> None:
    model_id = session.execute(text("SELECT min(id) FROM models")).scalar_one()
    mining.record_run(
        session,
        public_id=UUID(int=number),
        embedder_id=model_id,
        detector_id=model_id,
        rule="compact",
        parameters={},
        counts={},
        edges=edge_rows(),
        groups=groups,
    )


def state(database: Engine, members: list[UUID]) -> str:
    with Session(database) as session:
        return state_of(members, settle(pair_facts.facts(session), with_automatic=True)).name


def decide(
    database: Engine,
    item: UUID,
    verdict: str,
    dropped: Sequence[UUID] = (),
    reason: str | None = None,
    **options: object,
) -> decisions.Recorded:
    said = Said(verdict, dict.fromkeys(dropped, DIFFERENT), reason)
    with Session(database) as session, session.begin():
        return decisions.decide(session, item, said, **({"reviewer": "ada"} | options))


def undo(database: Engine, reviewer: str = "ada", item: UUID | None = None) -> decisions.Recorded:
    with Session(database) as session, session.begin():
        return decisions.undo(session, reviewer, item)


def test_a_decision_can_be_undone_down_to_nothing_and_all_of_it_stays_in_the_history(database, group):
    item, members = group
    decide(database, item, "accept")
    decide(database, item, "reject")
    assert state(database, members) == REJECTED
    undo(database)
    assert state(database, members) == ACCEPTED
    undo(database)
    assert state(database, members) == OPEN
    with pytest.raises(DecisionError, match="left to undo"):
        undo(database)
    with Session(database) as session:
        verdicts = list(session.scalars(select(Decision.verdict).order_by(Decision.id)))
    assert verdicts == ["accept", "reject", "undo", "undo"]


def test_the_same_verdict_twice_is_recorded_once(database, group):
    item, _ = group
    first, second = decide(database, item, "accept"), decide(database, item, "accept")
    assert (first.new, second.new) == (True, False)
    assert first.public_id == second.public_id


def test_dropping_fewer_members_later_leaves_no_fact_of_the_earlier_verdict(database, group):
    item, members = group
    decide(database, item, "accept")
    decide(database, item, "accept", dropped=members[2:])
    with Session(database) as session:
        known = settle(pair_facts.facts(session), with_automatic=False)
    # what the two dropped objects are to each other is unknown again
    assert len(known) == 5


def test_accepting_again_counts_again_after_a_contrary_vote_on_an_overlapping_group(database, group):
    item, members = group
    overlapping = members[:2]
    with Session(database) as session, session.begin():
        keys = objects.keys(session, members)
        pair = tuple(keys[each] for each in overlapping)
        store_run(session, GroupRow(pair, tuple(overlapping), (1.0, 0.8), 0.8), number=2)
    decide(database, item, "accept")
    decide(database, mining.group_id(overlapping), "reject")
    assert state(database, members) == DISPUTED
    assert decide(database, item, "accept").new
    assert state(database, members) == ACCEPTED


def test_two_undos_at_once_take_back_one_decision(database, group):
    item, members = group
    decide(database, item, "accept")

    def attempt(_: int) -> bool:
        try:
            undo(database)
        except DecisionError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    assert state(database, members) == OPEN


def test_undo_takes_back_only_the_reviewers_own_decision(database, group):
    item, members = group
    decide(database, item, "accept")
    decide(database, item, "accept", reviewer="bob")
    undo(database, "bob")
    assert state(database, members) == ACCEPTED
    with pytest.raises(DecisionError):
        undo(database, "bob")


def test_a_group_mined_again_is_the_same_item_and_keeps_its_verdict(database, group):
    item, members = group
    decide(database, item, "accept")
    with Session(database) as session, session.begin():
        keys = objects.keys(session, members)
        ordered = tuple(keys[member] for member in members)
        store_run(session, GroupRow(ordered, tuple(members), (1.0, 0.8, 0.7, 0.6), 0.6), number=2)
        found = mining.groups_of_run(session, mining.latest_run(session))
    assert [each.public_id for each in found] == [item]
    assert state(database, members) == ACCEPTED


@pytest.mark.parametrize(
    "statement",
    ["UPDATE decisions SET verdict = 'reject'", "DELETE FROM decisions", "TRUNCATE decisions CASCADE"],
)
def test_decisions_cannot_be_changed_even_by_hand(database, group, statement):
    decide(database, group[0], "accept")
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
        connection.execute(text(statement))
    with Session(database) as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


@pytest.mark.parametrize("table", ["objects", "photos", "review_items"])
def test_nothing_that_a_decision_rests_on_can_be_deleted(database, group, table):
    decide(database, group[0], "accept")
    with pytest.raises(DBAPIError, match="violates"), database.begin() as connection:
        connection.execute(text(f"DELETE FROM {table}"))


def test_a_verdict_that_does_not_fit_writes_nothing(database, group):
    item, members = group
    with pytest.raises(DecisionError, match="Fewer than two"):
        decide(database, item, "accept", dropped=members[1:])
    with pytest.raises(NotFoundError, match="no group"):
        decide(database, UUID(int=7), "accept")
    with Session(database) as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 0
        assert session.scalar(select(func.count()).select_from(PairFact)) == 0


def test_two_votes_at_once_on_one_item_are_both_kept(database, group):
    item, members = group
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: decide(database, item, "accept", reviewer=f"reviewer {n % 4}"), range(16)))
    with Session(database) as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 4
    assert state(database, members) == ACCEPTED


def test_a_flag_with_another_reason_is_another_flag(database, group):
    item, members = group
    assert decide(database, item, "flag", reason="blurred").new
    assert not decide(database, item, "flag", reason="blurred").new
    assert decide(database, item, "flag", reason="two things in one box").new
    assert state(database, members) == OPEN


def test_an_adjudicators_word_is_another_decision_than_the_same_vote(database, group):
    item, members = group
    decide(database, item, "accept")
    decide(database, item, "reject", reviewer="bob")
    assert state(database, members) == DISPUTED
    assert decide(database, item, "accept", adjudicates=True).new
    assert state(database, members) == ACCEPTED
    undo(database)
    assert state(database, members) == DISPUTED
