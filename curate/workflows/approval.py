"""Which sets of objects decisions approve as one thing: what exports write and verification asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from curate.database import approval_columns, states, takedowns
from curate.verdicts import Consensus
from curate.workflows.settled import (
    PARTED,
    RELATIONS,
    FactColumns,
    Flags,
    Numbers,
    accepted_sets,
    settled,
    supporters,
)
from curate.workflows.things import Ids, Things, pair_codes, places_in, things_of, uuids


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that decisions say of objects."""

    things: Things
    decision_ids: Ids
    """By a decision's number."""
    columns: FactColumns


def read_facts(session: Session) -> Facts:
    """Of all decisions that stand now."""
    said = approval_columns.facts(session, RELATIONS)
    things = things_of(approval_columns.objects(session, np.union1d(said["left"], said["right"])))
    made = approval_columns.decisions(session, np.unique(said["decision"]))
    made = {name: column[np.argsort(made["key"])] for name, column in made.items()}
    left, right = (things.numbers_of_keys(said[side]) for side in ("left", "right"))
    codes, pair = np.unique(pair_codes(left, right, len(things.keys)), return_inverse=True)
    one, other = np.divmod(codes, max(1, len(things.keys)))
    decision = places_in(made["key"], said["decision"])
    columns = FactColumns(
        pair=pair,
        relation=said["relation"].astype(np.int64),
        decision=decision,
        reviewer=made["reviewer"][decision],
        automatic=made["automatic"][decision],
        adjudicates=made["adjudicates"][decision],
        one=one,
        other=other,
    )
    return Facts(things, made["public_id"], columns)


@dataclass(frozen=True, slots=True)
class Approval:
    """What may be exported, and what is held back by people's word."""

    things: Things
    home: Numbers
    """For each object the number of the set that holds it, -1 if none does. Sets may be empty."""
    parted: Numbers
    """``pair_codes`` of the objects that were judged to be two things."""
    joined: Numbers
    """Numbers of sets, sorted; ``behind`` has a decision that joins members of each."""
    behind: Ids
    """Public ids of decisions."""
    contradicted: tuple[frozenset[UUID], ...]
    """Sets that reviewers disagree about."""
    flagged: tuple[frozenset[UUID], ...]
    """Sets with a member in a flagged group on which no adjudicator has ruled since."""

    def approved(self) -> Numbers:
        """Objects of all sets: set by set in the order of their first members, each set by id."""
        objects = np.flatnonzero(self.home >= 0)
        return objects[np.argsort(self.home[objects], kind="stable")]

    def home_of(self, public_ids: Iterable[UUID]) -> list[int]:
        """The number of the set that holds each object, -1 if none does."""
        numbers = self.things.numbers(public_ids)
        home: list[int] = np.append(self.home, -1)[numbers].tolist()  # -1 is the last
        return home

    def decisions_of(self, number: int) -> list[UUID]:
        """Public ids of the decisions that join the members of one set."""
        start, end = np.searchsorted(self.joined, [number, number + 1])
        return uuids(self.behind[start:end])


def approval(
    session: Session, consensus: Consensus, *, with_automatic: bool, facts: Facts | None = None
) -> Approval:
    """Settle all decisions that stand now; no set holds an object of a photo that was taken down.

    Args:
        session: Knows them.
        consensus: How many must agree.
        with_automatic: Whether decisions of policies count.
        facts: From ``read_facts``, if they were read before.
    """
    facts = facts or read_facts(session)
    relations = settled(facts.columns, consensus, with_automatic=with_automatic)
    things, spoken = facts.things, facts.columns
    sets = accepted_sets(spoken, relations, len(things.keys))
    doubtful = things.numbers(frozenset().union(*states.flagged(session).values()))
    flagged = _holding(sets.home, sets.count, doubtful)
    home = np.where(_of(sets.home, ~sets.contradicted & ~flagged), sets.home, -1)
    joined, behind = supporters(spoken, home, with_automatic=with_automatic)
    gone = things.numbers(takedowns.object_ids(session))
    gone = gone[gone >= 0]
    home[gone] = -1
    alone = np.bincount(home[home >= 0], minlength=sets.count) < 2
    home[_of(home, alone)] = -1
    held = sets.home.copy()
    held[gone] = -1
    apart = np.isin(relations, PARTED)
    return Approval(
        things,
        home,
        pair_codes(spoken.one[apart], spoken.other[apart], len(things.keys)),
        joined,
        facts.decision_ids[behind],
        _members(things, held, np.flatnonzero(sets.contradicted)),
        _members(things, held, np.flatnonzero(flagged & ~sets.contradicted)),
    )


def with_alone(approved: Approval, things: Things, objects: Numbers) -> Approval:
    """With sets of one object each for those of ``objects``, numbers in ``things``, that are in none.

    Decisions say nothing of some of them, so that objects get other numbers.
    """
    old = approved.things
    new = objects[~np.isin(things.keys[objects], old.keys)]
    both = things_of(
        {
            "key": np.concatenate([old.keys, things.keys[new]]),
            "public_id": np.concatenate([old.ids, things.ids[new]]),
            "photo": np.concatenate([old.photos, things.photos[new]]),
        }
    )
    now = both.numbers_of_keys(old.keys)
    home = np.full(len(both.keys), -1)
    home[now] = approved.home
    wanted = both.numbers_of_keys(things.keys[objects])
    alone = np.sort(wanted[home[wanted] < 0])
    home[alone] = home.max(initial=-1) + 1 + np.arange(len(alone))
    one, other = np.divmod(approved.parted, max(1, len(old.keys)))
    return replace(approved, things=both, home=home, parted=pair_codes(now[one], now[other], len(both.keys)))


def _holding(home: Numbers, count: int, objects: Numbers) -> Flags:
    """Which sets hold one of these objects."""
    found = np.zeros(count, dtype=np.bool_)
    inside = home[objects[objects >= 0]]
    found[inside[inside >= 0]] = True
    return found


def _of(home: Numbers, which: Flags) -> Flags:
    """Which objects are in one of these sets."""
    return np.append(which, False)[home]  # -1 is the last


def _members(things: Things, home: Numbers, sets: Numbers) -> tuple[frozenset[UUID], ...]:
    objects = np.flatnonzero(np.isin(home, sets))
    objects = objects[np.argsort(home[objects], kind="stable")]
    ids = things.public_ids(objects)
    bounds = np.searchsorted(home[objects], np.append(sets, len(home))).tolist()
    return tuple(frozenset(ids[start:end]) for start, end in pairwise(bounds))
