"""The queue under many hands: nothing is held twice, lost or counted twice, whatever happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from curate.database import rules
from curate.database.tables import Decision, QueuedItem, ReviewLease
from curate.errors import ConflictError, SettingsError
from curate.verdicts import Consensus
from curate.workflows import queue, queue_rule
from curate.workflows.queue import Left, Seat, Vote
from queued import queue_groups, workspace_at


@pytest.fixture
def opened(database_url, tmp_path):
    with workspace_at(database_url, tmp_path) as workspace:
        yield workspace


def test_a_vote_that_comes_too_late_or_twice_is_refused_or_answered_as_before(opened):
    with opened.transaction() as session:
        queue_groups(session, [(0, 1, 2)])
    ada, bob = Seat("ada", uuid4()), Seat("bob", uuid4())
    (card,) = queue.cards(opened, ada, 1).cards
    vote = Vote(uuid4(), card.item, card.version, "accept", {})
    with pytest.raises(ConflictError) as taken:
        queue.vote(opened, bob, vote)
    with pytest.raises(ConflictError) as misfit:
        queue.vote(opened, ada, replace(vote, marks={member.object: "different" for member in card.members}))
    first = queue.vote(opened, ada, vote)
    assert queue.vote(opened, ada, vote) == first
    with pytest.raises(ConflictError) as reused:
        queue.vote(opened, ada, replace(vote, verdict="reject"))
    with pytest.raises(ConflictError) as outdated:
        queue.vote(opened, ada, replace(vote, event=uuid4()))
    refused = [each.value.code for each in (taken, misfit, reused, outdated)]
    assert refused == ["taken", "verdict", "stale", "stale"]
    assert first.left == Left(open=0, mine=1, adjudicate=0)


def test_an_undone_card_comes_back_with_what_was_said_and_only_the_last_one_does(opened):
    with opened.transaction() as session:
        queue_groups(session, [(0, 1, 2), (3, 4, 5)])
    ada, later = Seat("ada", uuid4()), Seat("ada", uuid4())
    first, second = queue.cards(opened, ada, 2).cards
    made = [
        queue.vote(opened, ada, Vote(uuid4(), card.item, card.version, "reject", {})).decision
        for card in (first, second)
    ]
    with pytest.raises(ConflictError) as other:
        queue.undo(opened, later, uuid4(), made[0])
    assert other.value.code == "nothing"
    event = uuid4()
    undone = queue.undo(opened, later, event, made[1])
    assert (undone.card.item, undone.card.version, undone.card.mine.verdict) == (second.item, 2, "reject")
    assert (undone.last.decision, undone.last.item) == (made[0], first.item)
    assert queue.undo(opened, later, event, made[1]) == undone
    assert queue.undo(opened, later, uuid4(), made[0]).last is None


def test_rules_can_be_changed_and_shown(opened):
    with opened.transaction() as session:
        queue_groups(session, [(0, 1), (2, 3)])
    queue.cards(opened, Seat("ada", uuid4()), 1)
    queue_rule.set_consensus(opened, Consensus(2, 3))
    queue_rule.set_ordering(opened, "likely")
    shown = queue_rule.overview(opened)
    assert shown == queue_rule.Overview(Consensus(2, 3), "likely", {"open": 2}, 2, {"ada": 1})
    with pytest.raises(SettingsError, match="uncertain, likely"):
        queue_rule.set_ordering(opened, "random")


@pytest.mark.parametrize("consensus", [Consensus(1, 1), Consensus(2, 3)], ids=str)
def test_sixteen_reviewers_at_once_give_every_item_exactly_the_votes_it_wants(opened, consensus):
    groups = [(2 * n, 2 * n + 1) for n in range(40)]
    with opened.transaction() as session:
        rules.set_consensus(session, consensus)
        queue_groups(session, groups)
    start = Barrier(16)

    def review(number: int) -> list[UUID]:
        """Until there is nothing left; the events of votes that were acknowledged."""
        seat, dice, events = Seat(f"reviewer {number}", uuid4()), Random(number), []
        start.wait()
        cards = queue.cards(opened, seat, 2).cards
        while cards:
            (card, *kept) = cards
            vote = Vote(uuid4(), card.item, card.version, "accept", {}, None, 0.5)
            answer = queue.vote(opened, seat, vote, 1, [each.item for each in kept])
            events.append(vote.event)
            if dice.random() < 0.2:
                assert queue.vote(opened, seat, vote).decision == answer.decision
            cards = (*kept, *answer.cards) or queue.cards(opened, seat, 1).cards
        return events

    with ThreadPoolExecutor(16) as pool:
        acknowledged = [event for events in pool.map(review, range(16)) for event in events]
    with opened.transaction() as session:
        stored = set(session.scalars(select(Decision.event_id)))
        votes = session.execute(select(Decision.item_id, Decision.reviewer)).all()
        assert set(session.scalars(select(QueuedItem.state))) == {"accepted"}
        assert session.scalar(select(func.count()).select_from(ReviewLease)) == 0
    assert stored == set(acknowledged)
    assert len(votes) == len(set(votes)) == len(acknowledged) == consensus.needed * len(groups)
