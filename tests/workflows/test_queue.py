"""The queue under many hands: nothing is held twice, lost or counted twice, whatever happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from curate.database import decisions, rules
from curate.database.tables import Decision, Object, QueuedItem, ReviewItem, ReviewLease, ReviewMember
from curate.errors import ConflictError, SettingsError
from curate.verdicts import Consensus, settle, state_of
from curate.workflows import queue, queue_rule
from curate.workflows.queue import Left, Seat, Vote
from curate.workspace import Workspace
from queued import queue_groups, workspace_at

GROUPS = [(0, 1, 2), (3, 4, 5), (4, 5, 6), (7, 8), (9, 10, 11, 12)]
REVIEWERS = ("ada", "bob", "cyd", "dan")
SETTLED = {"accepted", "rejected"}


@pytest.fixture
def opened(database_url, tmp_path):
    with workspace_at(database_url, tmp_path) as workspace:
        yield workspace


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "vote", "vote", "vote", "replay", "undo", "undo again", "skip", "leave",
                         "heartbeat", "expire", "adjudicate"]),
        st.sampled_from(REVIEWERS),
        st.integers(0, 1),
        st.integers(0, 2**32),
    ),
    max_size=20,
)  # fmt: skip


@pytest.mark.parametrize("consensus", [Consensus(1, 1), Consensus(2, 2), Consensus(2, 3)], ids=str)
def test_whatever_reviewers_do_every_vote_counts_once_and_every_item_is_settled(opened, consensus):
    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ACTIONS)
    def play(actions):
        game = Game(opened, consensus)
        for action, reviewer, window, number in actions:
            game.act(action, reviewer, window, Random(number))
            game.check()
        game.finish()

    play()


class Game:
    """Reviewers with two windows each, and what they were told."""

    def __init__(self, workspace: Workspace, consensus: Consensus) -> None:
        self.workspace = workspace
        self.consensus = consensus
        with workspace.transaction() as session:
            rules.set_consensus(session, consensus)
            self.items = queue_groups(session, GROUPS)
            self.before = session.scalar(select(func.coalesce(func.max(Decision.id), 0)))
        self.cards: dict[Seat, dict[UUID, queue.Card]] = {}
        self.sent: list[tuple[Seat, Vote, queue.Voted]] = []
        self.undos: list[tuple[Seat, UUID, UUID]] = []
        self.events: list[UUID] = []
        """Of all that was acknowledged as new, in order."""
        self.refused: list[str] = []

    def act(self, action: str, reviewer: str, window: int, dice: Random) -> None:
        seat = Seat(reviewer, UUID(int=hash((reviewer, window)) % 2**128))
        held = self.cards.setdefault(seat, {})
        match action:
            case "claim":
                self.claim(seat, dice)
            case "vote" if held:
                self.vote(seat, dice.choice(list(held.values())), dice)
            case "adjudicate":
                self.adjudicate(replace(seat, desk="adjudicate"), dice)
            case "replay" if self.sent:
                who, vote, answer = dice.choice(self.sent)
                again = queue.vote(self.workspace, who, vote)
                assert (again.decision, again.new, again.version) == (
                    answer.decision,
                    answer.new,
                    answer.version,
                )
            case "undo":
                self.undo(seat, dice)
            case "undo again" if self.undos:
                queue.undo(self.workspace, *dice.choice(self.undos))
            case "skip" if held:
                item = dice.choice(list(held))
                del held[item]
                self.keep(seat, queue.skip(self.workspace, seat, item, 1, list(held)).cards)
            case "leave":
                queue.leave(self.workspace, seat)
                dice.random() < 0.5 and held.clear()  # or the page stays, without knowing
            case "heartbeat":
                kept = queue.heartbeat(self.workspace, seat, list(held))
                assert set(kept) == self.leased(seat) & set(held)
            case "expire":
                self.expire(ReviewLease.item_id % 2 == dice.randrange(2))

    def expire(self, *which) -> None:
        past = func.now() - timedelta(seconds=1)
        with self.workspace.transaction() as session:
            session.execute(update(ReviewLease).where(*which).values(expires_at=past))

    def claim(self, seat: Seat, dice: Random) -> None:
        held = self.cards[seat]
        asked = dice.choice([None, None, None, *self.items])
        try:
            served = queue.cards(self.workspace, seat, dice.randint(1, 3), list(held), asked)
        except ConflictError as error:
            self.refused.append(error.code)
            return
        self.keep(seat, served.cards)

    def keep(self, seat: Seat, cards: tuple[queue.Card, ...]) -> None:
        assert len({card.item for card in cards}) == len(cards)
        assert {card.item for card in cards} <= self.leased(seat)
        self.cards.setdefault(seat, {}).update({card.item: card for card in cards})

    def leased(self, seat: Seat) -> set[UUID]:
        rows = select(ReviewItem.public_id).join(ReviewLease, ReviewLease.item_id == ReviewItem.id)
        with self.workspace.transaction() as session:
            return set(session.scalars(rows.where(ReviewLease.seat == seat.seat)))

    def vote(self, seat: Seat, card: queue.Card, dice: Random) -> None:
        verdict = dice.choice(["accept", "accept", "accept", "reject", "flag"])
        marked = dice.choice([0, 0, 0, 1, 2])
        marks = {
            member.object: dice.choice(["different", "variant", "second", "near_duplicate"])
            for member in dice.sample(card.members, marked)
        }
        vote = Vote(UUID(int=dice.getrandbits(128)), card.item, card.version, verdict, marks, "because", 1.5)
        held = self.cards.setdefault(seat, {})
        held.pop(card.item, None)
        try:
            answer = queue.vote(self.workspace, seat, vote, dice.randint(0, 2), list(held))
        except ConflictError as error:
            self.refused.append(error.code)
            return
        self.sent.append((seat, vote, answer))
        if answer.new:
            self.events.append(vote.event)
        self.keep(seat, answer.cards)

    def adjudicate(self, seat: Seat, dice: Random) -> None:
        for card in queue.cards(self.workspace, seat, 1).cards:
            self.keep(seat, [card])
            self.vote(seat, card, dice)

    def undo(self, seat: Seat, dice: Random) -> None:
        last = queue.cards(self.workspace, seat, 0, list(self.cards[seat])).last
        event = UUID(int=dice.getrandbits(128))
        if last is None:
            with pytest.raises(ConflictError, match="no such decision"):
                queue.undo(self.workspace, seat, event, UUID(int=1))
            return
        undone = queue.undo(self.workspace, seat, event, last.decision)
        self.undos.append((seat, event, last.decision))
        self.events.append(event)
        if undone.card is not None:
            assert undone.card.mine.verdict == last.verdict
            self.keep(seat, (undone.card,))

    def check(self) -> None:
        with self.workspace.transaction() as session:
            stored = session.scalars(
                select(Decision.event_id).where(Decision.id > self.before).order_by(Decision.id)
            )
            assert list(stored) == self.events
            live = dict(
                session.execute(
                    select(ReviewLease.item_id, func.count())
                    .where(ReviewLease.expires_at > func.now())
                    .group_by(ReviewLease.item_id)
                ).all()
            )
            rows = list(session.scalars(select(QueuedItem)))
            told = {row.item_id: (row.state, row.votes_wanted) for row in rows}
            assert told == self.recomputed(session)
        assert len(rows) == len(GROUPS)
        for row in rows:
            assert row.votes_wanted == 0 or live.get(row.item_id, 0) <= row.votes_wanted

    def recomputed(self, session) -> dict[int, tuple[str, int]]:
        """State and votes wanted from the decisions alone."""
        members, words = {}, {}
        for item, member in session.execute(
            select(ReviewMember.item_id, Object.public_id)
            .join(Object, Object.id == ReviewMember.object_id)
            .join(QueuedItem, QueuedItem.item_id == ReviewMember.item_id)
        ):
            members.setdefault(item, []).append(member)
        known = decisions.facts(session, {member for each in members.values() for member in each})
        relations = settle(known, self.consensus, with_automatic=True)
        made_here = Decision.id > self.before
        undone = set(session.scalars(select(Decision.undoes_id).where(made_here)))
        for made in session.scalars(select(Decision).where(made_here).order_by(Decision.id)):
            if made.verdict != "undo" and made.id not in undone:
                words.setdefault(made.item_id, {})[made.reviewer] = made
        found = {}
        for item, each in members.items():
            said = words.get(item, {}).values()
            votes = sum(made.verdict != "flag" for made in said)
            if votes < len(said) and not any(m.adjudicates and m.verdict != "flag" for m in said):
                found[item] = ("flagged", 0)
                continue
            state = state_of(each, relations).name
            if state in ("open", "partial") and votes >= self.consensus.asked:
                state = "disputed"
            wanted = max(1, self.consensus.needed - votes) if state in ("open", "partial") else 0
            found[item] = (state, wanted)
        return found

    def finish(self) -> None:
        """Everybody goes on until there is nothing left, then an adjudicator settles the rest."""
        self.expire()
        self.cards.clear()
        dice = Random(1)
        seats = [Seat(reviewer, UUID(int=n)) for n, reviewer in enumerate(REVIEWERS)]
        while sum(self.serve(seat, dice) for seat in seats):
            self.check()
        assert self.states() <= SETTLED | {"disputed", "flagged"}
        self.expire()  # of what others held when somebody flagged it
        judge = Seat("eve", UUID(int=9), "adjudicate")
        while cards := queue.cards(self.workspace, judge, 1).cards:
            accept = Vote(uuid4(), cards[0].item, cards[0].version, "accept", {})
            self.events.append(accept.event)
            queue.vote(self.workspace, judge, accept)
        self.check()
        assert self.states() <= SETTLED
        assert set(self.refused) <= {"stale", "taken", "verdict"}

    def serve(self, seat: Seat, dice: Random) -> bool:
        """Whether there was anything to do for this seat; it is done then."""
        held = self.cards.setdefault(seat, {})
        self.keep(seat, queue.cards(self.workspace, seat, 2, list(held)).cards)
        shown = list(held.values())
        for card in shown:
            self.vote(seat, card, dice)
        return bool(shown)

    def states(self) -> set[str]:
        with self.workspace.transaction() as session:
            return set(session.scalars(select(QueuedItem.state)))


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
    groups = [(2 * n, 2 * n + 1) for n in range(60)]
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
