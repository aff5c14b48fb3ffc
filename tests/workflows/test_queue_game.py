"""The queue under many hands, one action after the other: the votes alone say what must hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from curate.database import decisions, rules
from curate.database.tables import Decision, QueuedItem, ReviewItem, ReviewLease
from curate.errors import ConflictError, DecisionError
from curate.verdicts import Consensus
from curate.workflows import queue, queue_rule
from curate.workflows.queue import Seat, Vote
from curate.workspace import Workspace
from queue_words import check_told, some_words
from queued import mine_groups, settled, settled_anew, start_over, store_objects, workspace_at

GROUPS = [(0, 1, 2, 3), (4, 5, 6), (5, 6, 7, 8), (5, 6, 8)]
REVIEWERS = ("ada", "bob", "cyd", "dan")
LATER = ("fay", "gus", "hal")
"""Who comes when the others have said all they can."""
SEATS = {(name, window): UUID(int=2 * n + window) for n, name in enumerate(REVIEWERS) for window in (0, 1)}
RULES = (Consensus(1, 1), Consensus(2, 2), Consensus(2, 3))
ACTION = st.tuples(
    st.sampled_from(["claim", "claim", "vote", "vote", "vote", "decide", "decide", "replay", "undo",
                     "undo by command", "undo again", "skip", "leave", "heartbeat", "expire",
                     "adjudicate", "adjudicate", "rule", "mine"]),
    st.sampled_from(REVIEWERS),
    st.integers(0, 1),
    st.integers(0, 2**32),
)  # fmt: skip


@pytest.mark.parametrize(
    ("games", "longest"), [(8, 16), pytest.param(200, 40, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_whatever_people_do_the_queue_says_what_they_said_and_nothing_stays_undecided(opened, games, longest):
    @settings(max_examples=games, deadline=None, suppress_health_check=list(HealthCheck))
    @given(consensus=st.sampled_from(RULES), actions=st.lists(ACTION, min_size=5, max_size=longest))
    def play(consensus, actions):
        game = Game(opened, consensus)
        for action, reviewer, window, number in actions:
            game.act(action, Seat(reviewer, SEATS[reviewer, window]), Random(number))
            game.check()
        game.finish()

    play()


@pytest.fixture
def opened(database_url, tmp_path):
    with workspace_at(database_url, tmp_path) as workspace:
        yield workspace


class Game:
    """Reviewers with two windows each, and what they were told.

    Nothing is left to chance but the numbers of the actions, so that a failure comes again.
    """

    def __init__(self, workspace: Workspace, consensus: Consensus) -> None:
        self.workspace = workspace
        self.consensus = consensus
        with workspace.transaction() as session:
            start_over(session)
            rules.set_consensus(session, consensus)
            self.objects = store_objects(session, 9)
            self.items = mine_groups(session, self.objects, GROUPS)
            found = session.execute(select(ReviewItem.public_id, ReviewItem.id)).all()
        keys = dict(found)
        self.members = {keys[item]: set(group) for item, group in zip(self.items, GROUPS, strict=True)}
        self.cards: dict[Seat, dict[UUID, queue.Card]] = {}
        self.sent: list[tuple[Seat, Vote, queue.Voted]] = []
        self.undos: list[tuple[Seat, UUID, UUID]] = []
        self.events: list[UUID] = []
        """Of all that was acknowledged as new, in order."""
        self.refused: set[str] = set()
        self.made = 0

    def act(self, action: str, seat: Seat, dice: Random) -> None:
        held = self.cards.setdefault(seat, {})
        match action:
            case "claim":
                self.claim(seat, dice)
            case "vote" if held:
                self.vote(seat, dice.choice(list(held.values())), dice)
            case "decide":
                self.decide(seat.reviewer, dice)
            case "adjudicate":
                self.adjudicate(replace(seat, desk="adjudicate"), dice)
            case "replay" if self.sent:
                who, vote, answer = dice.choice(self.sent)
                again = queue.vote(self.workspace, who, vote)
                told = (again.decision, again.new, again.version)
                assert told == (answer.decision, answer.new, answer.version)
            case "undo":
                self.undo(seat, dice)
            case "undo by command":
                self.undo_by_command(seat.reviewer, dice)
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
            case "rule":
                self.consensus = dice.choice(RULES)
                queue_rule.set_consensus(self.workspace, self.consensus)
            case "mine":
                with self.workspace.transaction() as session:
                    mine_groups(session, self.objects, GROUPS)

    def expire(self, *which) -> None:
        past = func.now() - timedelta(seconds=1)
        with self.workspace.transaction() as session:
            session.execute(update(ReviewLease).where(*which).values(expires_at=past))

    def event(self) -> UUID:
        self.made += 1
        return UUID(int=self.made)

    def claim(self, seat: Seat, dice: Random) -> None:
        held = self.cards[seat]
        asked = dice.choice([None, None, None, *self.items])
        try:
            served = queue.cards(self.workspace, seat, dice.randint(1, 3), list(held), asked)
        except ConflictError as error:
            self.refused.add(error.code)
            return
        self.keep(seat, served.cards)

    def keep(self, seat: Seat, cards: tuple[queue.Card, ...]) -> None:
        """Cards that were just served."""
        items = {card.item for card in cards}
        assert len(items) == len(cards)
        assert items <= self.leased(seat)
        for wanted, holders in self.holders(items):
            assert holders <= (wanted if seat.desk == queue.REVIEW else 1)
        assert seat.desk == queue.ADJUDICATE or not any(card.votes or card.flag_reasons for card in cards)
        self.cards.setdefault(seat, {}).update({card.item: card for card in cards})

    def leased(self, seat: Seat) -> set[UUID]:
        rows = select(ReviewItem.public_id).join(ReviewLease, ReviewLease.item_id == ReviewItem.id)
        with self.workspace.transaction() as session:
            return set(session.scalars(rows.where(ReviewLease.seat == seat.seat)))

    def holders(self, items: set[UUID]) -> list[tuple[int, int]]:
        """Votes wanted and live leases of each."""
        rows = (
            select(QueuedItem.votes_wanted, func.count())
            .join(ReviewItem, ReviewItem.id == QueuedItem.item_id)
            .join(ReviewLease, ReviewLease.item_id == QueuedItem.item_id)
            .where(ReviewItem.public_id.in_(items), ReviewLease.expires_at > func.now())
            .group_by(QueuedItem.item_id)
        )
        with self.workspace.transaction() as session:
            return [(wanted, count) for wanted, count in session.execute(rows)]

    def vote(self, seat: Seat, card: queue.Card, dice: Random, *, more: bool = True) -> None:
        said = some_words([member.object for member in card.members], dice)
        vote = Vote(self.event(), card.item, card.version, said.verdict, said.marks, "because", 1.5)
        held = self.cards.setdefault(seat, {})
        held.pop(card.item, None)
        try:
            answer = queue.vote(self.workspace, seat, vote, dice.randint(0, 2) if more else 0, list(held))
        except ConflictError as error:
            self.refused.add(error.code)
            return
        if answer.new:
            self.sent.append((seat, vote, answer))
            self.events.append(vote.event)
        self.keep(seat, answer.cards)

    def decide(self, reviewer: str, dice: Random) -> None:
        """As the command does, which holds nothing."""
        number = dice.randrange(len(GROUPS))
        said = some_words([self.objects[n][1] for n in GROUPS[number]], dice)
        try:
            with self.workspace.transaction() as session:
                decisions.decide(session, self.items[number], said, reviewer=reviewer)
        except DecisionError:
            self.refused.add("verdict")

    def undo_by_command(self, reviewer: str, dice: Random) -> None:
        try:
            with self.workspace.transaction() as session:
                decisions.undo(session, reviewer, dice.choice([None, *self.items]))
        except DecisionError:
            self.refused.add("nothing")

    def adjudicate(self, seat: Seat, dice: Random) -> bool:
        """Rule on all there is; whether there was anything."""
        cards = queue.cards(self.workspace, seat, len(GROUPS)).cards
        self.keep(seat, cards)
        for card in cards:
            self.vote_where_others_are_seen(seat, card)
        for card in cards:
            self.vote(seat, card, dice, more=False)
        return bool(cards)

    def vote_where_others_are_seen(self, seat: Seat, card: queue.Card) -> None:
        blind = Vote(self.event(), card.item, card.version, "accept", {})
        with pytest.raises(ConflictError) as refused:
            queue.vote(self.workspace, replace(seat, desk=queue.REVIEW), blind)
        assert refused.value.code == "taken"

    def undo(self, seat: Seat, dice: Random) -> None:
        last = queue.cards(self.workspace, seat, 0, list(self.cards[seat])).last
        event = self.event()
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
            told = settled(session)
            assert told == settled_anew(session)
            made = list(session.scalars(select(Decision).order_by(Decision.id)))
            assert [each.event_id for each in made if each.event_id] == self.events
        check_told(told, self.members, made, self.consensus)

    def finish(self) -> None:
        """Everybody goes on, an adjudicator rules, and at last nothing is left for either of them."""
        self.cards.clear()
        self.expire()
        dice = Random(1)
        seats = [Seat(name, UUID(int=100 + n)) for n, name in enumerate((*REVIEWERS, *LATER))]
        judge = Seat("eve", UUID(int=99), "adjudicate")
        rounds = 0
        while any([self.serve_all(seats, dice), self.adjudicate(judge, dice)]):
            self.check()
            self.expire()  # of what others held when somebody flagged it
            rounds += 1
            assert rounds < 200
        with self.workspace.transaction() as session:
            assert {state for state, _, _ in settled(session).values()} <= {"accepted", "rejected"}
        assert self.refused <= {"stale", "taken", "verdict", "nothing"}

    def serve_all(self, seats: list[Seat], dice: Random) -> bool:
        """Let one after the other do all there is; whether there was anything."""
        served = False
        for seat in seats:
            shown = queue.cards(self.workspace, seat, len(GROUPS))
            self.keep(seat, shown.cards)
            for card in shown.cards:
                self.vote(seat, card, dice, more=False)
            served = served or bool(shown.cards)
            if not shown.left.open:
                break
        return served
