"""Sixteen windows at once on groups that share pairs: every decision moves its neighbours' states too."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from curate.database import decisions, rules
from curate.database.tables import Decision, Object, ReviewItem, ReviewLease, ReviewMember
from curate.errors import ConflictError, DecisionError
from curate.verdicts import Consensus
from curate.workflows import progress, queue, queue_rule
from curate.workflows.queue import Seat, Vote
from curate.workspace import Workspace
from queue_words import check_told, some_words, standing_words
from queued import mine_groups, settled, settled_anew, store_objects, workspace_at

WINDOWS = 16
REVIEWERS = 12  # so that four of them sit at two windows
ADJUDICATORS = 4
RULES = (Consensus(1, 1), Consensus(2, 2), Consensus(2, 3))
STUCK = 30_000  # ms; whoever waits for a lock so long waits for ever

ACTIONS = {
    "vote": 8, "claim": 1, "undo": 3, "skip": 1, "replay": 2, "leave": 1, "heartbeat": 1, "rule": 3,
    "decide by command": 1, "undo by command": 1,
}  # fmt: skip


def ring(groups: int) -> list[tuple[int, ...]]:
    """Groups of five, each sharing two objects with the next and the last one with the first."""
    objects = 3 * groups
    return [tuple((3 * n + step) % objects for step in range(5)) for n in range(groups)]


@pytest.fixture
def opened(database_url, tmp_path):
    """A database in which nobody waits for ever."""
    with workspace_at(database_url, tmp_path) as workspace:
        with workspace.transaction() as session:
            name = session.scalar(select(func.current_database()))
            session.execute(text(f"ALTER DATABASE {name} SET lock_timeout = {STUCK}"))
        workspace.engine.dispose()
        yield workspace


class Window:
    """One window of one reviewer, which does this and that and remembers what it was told."""

    def __init__(self, workspace: Workspace, number: int, objects: list[tuple[int, UUID]]) -> None:
        self.workspace = workspace
        self.seat = Seat(f"reviewer {number % REVIEWERS}", UUID(int=number))
        self.judge = Seat(self.seat.reviewer, self.seat.seat, queue.ADJUDICATE)
        self.dice = Random(number)
        self.objects = objects
        self.may = {**ACTIONS, "rule": ACTIONS["rule"] if number % REVIEWERS < ADJUDICATORS else 0}
        if number == 0:  # one at a time, as in a lab
            self.may |= {"consensus": 1, "mine": 1}
        self.cards: dict[UUID, queue.Card] = {}
        self.sent: list[tuple[Seat, Vote, queue.Voted]] = []
        self.events: list[UUID] = []
        """Of what was acknowledged as new, in order."""
        self.commanded: list[UUID] = []
        """Ids of decisions and undos made without a card."""
        self.refused: Counter[str] = Counter()

    def work(self, groups: list[tuple[int, ...]], actions: int) -> None:
        """Do so many things by chance; at the end everything is given back."""
        for action in self.dice.choices(list(self.may), list(self.may.values()), k=actions):
            try:
                self.act(action, groups)
            except ConflictError as error:
                self.refused[error.code] += 1
            except DecisionError:
                self.refused[action] += 1
        queue.leave(self.workspace, self.seat)
        self.cards.clear()

    def act(self, action: str, groups: list[tuple[int, ...]]) -> None:
        match action:
            case "vote":
                card = self.card()
                self.vote(self.seat, card) if card else self.undo()  # so that there is something to do again
            case "claim":
                self.keep(queue.cards(self.workspace, self.seat, 3, list(self.cards)).cards)
            case "undo":
                self.undo()
            case "skip" if self.cards:
                item = self.card().item
                self.keep(queue.skip(self.workspace, self.seat, item, 1, list(self.cards)).cards)
            case "replay" if self.sent:
                who, vote, told = self.dice.choice(self.sent)
                again = queue.vote(self.workspace, who, vote)
                assert (again.decision, again.new, again.version) == (told.decision, True, told.version)
            case "leave":
                queue.leave(self.workspace, self.seat)
            case "heartbeat":
                queue.heartbeat(self.workspace, self.seat, list(self.cards))
            case "rule":
                for card in queue.cards(self.workspace, self.judge, 2).cards:
                    self.vote(self.judge, card)
            case "decide by command":
                self.decide(self.dice.choice(groups))
            case "undo by command":
                with self.workspace.transaction() as session:
                    made = decisions.undo(session, self.seat.reviewer)
                self.commanded.append(made.public_id)
            case "consensus":
                queue_rule.set_consensus(self.workspace, self.dice.choice(RULES))
            case "mine":
                with self.workspace.transaction() as session:
                    mine_groups(session, self.objects, groups)

    def card(self) -> queue.Card | None:
        """One that the window shows, which it shows no more; a new one if there is none."""
        if not self.cards:
            self.keep(queue.cards(self.workspace, self.seat, 2).cards)
        return self.cards.pop(self.dice.choice(list(self.cards))) if self.cards else None

    def keep(self, cards: tuple[queue.Card, ...]) -> None:
        assert len({card.item for card in cards}) == len(cards)
        assert not any(card.votes or card.flag_reasons for card in cards)
        self.cards.update({card.item: card for card in cards})

    def vote(self, seat: Seat, card: queue.Card) -> None:
        said = some_words([member.object for member in card.members], self.dice)
        vote = Vote(uuid4(), card.item, card.version, said.verdict, said.marks, "because", 1.5)
        answer = queue.vote(self.workspace, seat, vote)
        if answer.new:
            self.events.append(vote.event)
            self.sent.append((seat, vote, answer))

    def undo(self) -> None:
        last = queue.cards(self.workspace, self.seat, 0, list(self.cards)).last
        if last is not None:
            event = uuid4()
            queue.undo(self.workspace, self.seat, event, last.decision)
            self.events.append(event)

    def decide(self, group: tuple[int, ...]) -> None:
        """As the command does, which holds no card."""
        members = [self.objects[n][1] for n in group]
        with self.workspace.transaction() as session:
            rows = select(ReviewMember.item_id).join(Object, Object.id == ReviewMember.object_id)
            whole = rows.where(Object.public_id.in_(members)).group_by(ReviewMember.item_id)
            key = session.scalars(whole.having(func.count() == len(members))).one()
            item = session.scalars(select(ReviewItem.public_id).where(ReviewItem.id == key)).one()
            said = some_words(members, self.dice)
            made = decisions.decide(session, item, said, reviewer=self.seat.reviewer)
        if made.new:
            self.commanded.append(made.public_id)


@pytest.mark.parametrize(
    ("groups", "rounds", "actions"),
    [
        pytest.param(12, 2, 8, id="quick"),
        pytest.param(12, 6, 40, id="crowded", marks=pytest.mark.slow),
        pytest.param(200, 6, 40, id="roomy", marks=pytest.mark.slow),
    ],
)
def test_on_groups_that_share_pairs_no_vote_is_lost_or_counted_twice(opened, groups, rounds, actions):
    ringed = ring(groups)
    with opened.transaction() as session:
        rules.set_consensus(session, Consensus(2, 3))
        objects = store_objects(session, 3 * groups)
        mine_groups(session, objects, ringed)
    windows = [Window(opened, number, objects) for number in range(WINDOWS)]
    for _ in range(rounds):
        start = Barrier(WINDOWS)

        def work(window: Window, start: Barrier = start) -> None:
            start.wait()
            window.work(ringed, actions)

        with ThreadPoolExecutor(WINDOWS) as pool:
            list(pool.map(work, windows))
        check(opened, windows)
    refused = sum((window.refused for window in windows), Counter())
    assert set(refused) <= {"stale", "taken", "verdict", "nothing", "decide by command", "undo by command"}
    assert sum(len(window.events) for window in windows) > rounds * actions * WINDOWS / 4


def check(workspace: Workspace, windows: list[Window]) -> None:
    """Nobody works now: what is stored is what was acknowledged, and the queue says what it comes to."""
    with workspace.transaction() as session:
        told = settled(session)
        assert told == settled_anew(session)
        made = list(session.scalars(select(Decision).order_by(Decision.id)))
        consensus = rules.consensus(session)
        assert session.scalar(select(func.count()).select_from(ReviewLease)) == 0
        members: dict[int, set[int]] = {key: set() for key in told}
        for item, member in session.execute(select(ReviewMember.item_id, ReviewMember.object_id)):
            members[item].add(member)
    check_told(told, members, made, consensus)
    order = {each.event_id: each.id for each in made if each.event_id is not None}
    for window in windows:
        stored = [order.pop(event) for event in window.events]
        assert stored == sorted(stored)
    assert not order  # what nobody was told of
    by_command = Counter(each.public_id for each in made if each.event_id is None)
    assert by_command == Counter(each for window in windows for each in window.commanded)
    counted = {each.reviewer: each.decisions for each in progress.progress(workspace).reviewers}
    assert counted == Counter(name for words in standing_words(made).values() for name in words)
