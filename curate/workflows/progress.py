"""How far the review is, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from curate.database import progress as statistics
from curate.database.progress import Made
from curate.database.queue import AnyQueue
from curate.database.tables import QueuedCase, QueuedItem
from curate.shares import Share
from curate.verdicts import ACCEPTED, DISPUTED, FLAGGED, OPEN, PARTIAL, REJECTED
from curate.workspace import Workspace

# Longest span of decisions, and the stretches it is cut into: at most about 120 of them.
_STEPS = (
    (timedelta(hours=8), timedelta(minutes=10)),
    (timedelta(days=5), timedelta(hours=1)),
    (timedelta.max, timedelta(days=1)),
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Review items by what is to be done with them."""

    open: int
    """Want votes from anybody."""
    partial: int
    """Groups among these of which some views are judged, as of one that grew after it was accepted."""
    done: int
    disputed: int
    """People disagree; for an adjudicator."""
    flagged: int
    """Somebody could not decide; for an adjudicator."""

    @property
    def total(self) -> int:
        return self.open + self.done + self.disputed + self.flagged


@dataclass(frozen=True, slots=True)
class ReviewerWork:
    """What one reviewer did."""

    reviewer: str
    accepted: Share
    """Of what was accepted or rejected."""
    flagged: int
    seconds: float | None
    """Median time from seeing a card to deciding it; None if no browser measured it."""
    per_hour: float | None
    """Decisions per hour of work; pauses of more than five minutes are no work."""

    @property
    def decisions(self) -> int:
        return self.accepted.total + self.flagged


@dataclass(frozen=True, slots=True)
class ClassWork:
    """How the groups of one class fared."""

    label: str
    accepted: Share


@dataclass(frozen=True, slots=True)
class Throughput:
    """Decisions over time."""

    step: timedelta
    """Length of one stretch."""
    made: tuple[Made, ...]
    """By time; stretches in which somebody decided nothing are left out."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The review in numbers."""

    backlog: Backlog
    """Groups."""
    pairs: Backlog
    """Counterfactual pairs that nothing took the place of."""
    removals: Backlog
    """Objects with all that removers made of them."""
    reviewers: tuple[ReviewerWork, ...]
    """The busiest first."""
    agreement: Share
    """Of the items on which at least two people spoke, those on which all said the same."""
    throughput: Throughput
    classes: tuple[ClassWork, ...]
    """Highest accept rate first."""
    draws: int
    """Decided items that the lot put into the queue."""


@dataclass(frozen=True, slots=True)
class Today:
    """One reviewer's decisions since midnight."""

    accepted: int
    rejected: int


def backlog(workspace: Workspace) -> Backlog:
    """How many groups are left to review."""
    with workspace.transaction() as session:
        return _backlog(session)


def removal_backlog(workspace: Workspace) -> Backlog:
    """How many objects have removals that are left to review."""
    with workspace.transaction() as session:
        return _backlog(session, QueuedCase)


def today(workspace: Workspace, reviewer: str) -> Today:
    """What this reviewer accepted and rejected since midnight of the database's clock."""
    with workspace.transaction() as session:
        return Today(*statistics.since_midnight(session, reviewer))


def progress(workspace: Workspace) -> Progress:
    """Everything about the people and their items; see ``similarity`` for the edges."""
    with workspace.transaction() as session:
        return Progress(
            _backlog(session),
            _pairs(session),
            _backlog(session, QueuedCase),
            tuple(_work(each) for each in statistics.workers(session)),
            Share(*statistics.agreement(session)),
            _throughput(session),
            _classes(session),
            statistics.drawn_and_decided(session),
        )


def _backlog(session: Session, queued: AnyQueue = QueuedItem) -> Backlog:
    found = statistics.states(session, queued)
    waiting = sum(count for (_, wanted), count in found.items() if wanted)
    partial = found.get((PARTIAL, True), 0)
    settled = {state: count for (state, wanted), count in found.items() if not wanted}
    disputed, flagged = settled.pop("disputed", 0), settled.pop("flagged", 0)
    return Backlog(waiting, partial, sum(settled.values()), disputed, flagged)


def _pairs(session: Session) -> Backlog:
    found = statistics.pair_states(session)
    return Backlog(found[OPEN], 0, found[ACCEPTED] + found[REJECTED], found[DISPUTED], found[FLAGGED])


def _work(worked: statistics.Worked) -> ReviewerWork:
    return ReviewerWork(
        worked.reviewer,
        Share(worked.accepted, worked.accepted + worked.rejected),
        worked.flagged,
        worked.seconds,
        3600 * worked.steps / worked.busy if worked.busy else None,
    )


def _throughput(session: Session) -> Throughput:
    span = statistics.span(session)
    if span is None:
        return Throughput(_STEPS[0][1], ())
    step = step_for(*span)
    return Throughput(step, tuple(statistics.made_over_time(session, step)))


def step_for(first: datetime, last: datetime) -> timedelta:
    """Ten minutes, an hour or a day, by how long the decisions span."""
    return next(step for longest, step in _STEPS if last - first <= longest)


def _classes(session: Session) -> tuple[ClassWork, ...]:
    found = [
        ClassWork(each.name, Share(each.accepted, each.accepted + each.rejected))
        for each in statistics.by_label(session)
        if each.accepted + each.rejected
    ]
    return tuple(sorted(found, key=lambda each: (-(each.accepted.value or 0), each.label)))
