"""What decisions make of the items of the queue: their state, and how many more people should look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, union
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import Decision, Object, PairFact, ReviewItem, ReviewMember
from curate.verdicts import (
    DISPUTED,
    FLAGGED,
    OPEN,
    PARTIAL,
    Consensus,
    Fact,
    Pair,
    pair_of,
    settle,
    state_of,
)

FLAG = "flag"

_Undo = aliased(Decision)


class Derived(NamedTuple):
    """What the queue keeps of an item besides its place."""

    state: str
    """``open``, ``accepted``, ``rejected``, ``partial``, ``disputed`` or ``flagged``."""
    votes_wanted: int
    voters: list[str]
    """People whose decision on the item stands, sorted."""


class Known(NamedTuple):
    """Members of an item, by their keys."""

    members: frozenset[int]
    kept: frozenset[int]
    """Those known to be one thing; none unless something was accepted."""
    new: frozenset[int]
    """Those of which nobody has said whether they are that thing; none if there is none."""
    apart: Mapping[int, str]
    """The others, and what they are to it: ``different``, ``variant`` or ``near_duplicate``."""


class Word(NamedTuple):
    """One person's standing decision on an item."""

    reviewer: str
    verdict: str
    adjudicates: bool
    order: int
    """Rises with time."""


def derive(session: Session, item_keys: Collection[int], consensus: Consensus) -> dict[int, Derived]:
    """State and votes wanted of each item, from all decisions that stand now."""
    members = _members(session, item_keys)
    relations = settle(_facts(session, members.values()), consensus, with_automatic=True)
    words = _words(session, item_keys)
    return {key: _derived(list(members[key].values()), relations, words[key], consensus) for key in item_keys}


def known(session: Session, item_keys: Collection[int], consensus: Consensus) -> dict[int, Known]:
    """What is known of each item by now, whichever items it was said of."""
    members = _members(session, item_keys)
    relations = settle(_facts(session, members.values()), consensus, with_automatic=True)
    return {key: _known(members[key], relations) for key in item_keys}


def _known(members: Mapping[int, UUID], relations: Mapping[Pair, str]) -> Known:
    kept = state_of(members.values(), relations).kept
    others = {key: public_id for key, public_id in members.items() if kept and public_id not in kept}
    said = {key: _to_any(public_id, kept, relations) for key, public_id in others.items()}
    return Known(
        frozenset(members),
        frozenset(key for key, public_id in members.items() if public_id in kept),
        frozenset(key for key, relation in said.items() if relation is None),
        {key: relation for key, relation in said.items() if relation is not None},
    )


def _to_any(one: UUID, kept: Collection[UUID], relations: Mapping[Pair, str]) -> str | None:
    """What is known of an object and the first of these of which anything is."""
    pairs = (pair_of(one, other) for other in sorted(kept))
    return next((relations[pair] for pair in pairs if pair in relations), None)


def _derived(
    members: Collection[UUID], relations: Mapping[Pair, str], words: Collection[Word], consensus: Consensus
) -> Derived:
    everybody = sorted(word.reviewer for word in words)
    votes = sum(word.verdict != FLAG for word in words)
    if is_flagged(words):
        return Derived(FLAGGED, 0, everybody)
    state = state_of(members, relations).name
    if state not in (OPEN, PARTIAL):
        return Derived(state, 0, everybody)
    if votes >= consensus.asked:
        # Each said something else of other pairs, so that no pair is disputed and yet nothing is settled.
        return Derived(DISPUTED, 0, everybody)
    return Derived(state, max(1, consensus.needed - votes), everybody)


def touched(session: Session, items: Select[int]) -> list[int]:
    """Those of these items that somebody decided on, or that hold a pair of which something is known."""
    left, right = aliased(ReviewMember), aliased(ReviewMember)
    known = (
        select(left.item_id)
        .join(PairFact, PairFact.left_id == left.object_id)
        .join(right, (right.object_id == PairFact.right_id) & (right.item_id == left.item_id))
    )
    told = union(known, select(Decision.item_id)).subquery()
    return list(session.scalars(items.where(items.selected_columns[0].in_(select(told)))))


def flagged(session: Session) -> dict[UUID, frozenset[UUID]]:
    """Items that were flagged and not ruled on since, with their members; queued or not."""
    told = session.scalars(select(Decision.item_id).where(Decision.verdict == FLAG).distinct()).all()
    words = _words(session, told)
    keys = [key for key in told if is_flagged(words[key])]
    members = _members(session, keys)
    items = select(ReviewItem.id, ReviewItem.public_id).where(among(ReviewItem.id, keys))
    return {public_id: frozenset(members[key].values()) for key, public_id in session.execute(items)}


def is_flagged(words: Collection[Word]) -> bool:
    """Whether somebody flagged the item, and no adjudicator has ruled on it since."""
    ruled = max((word.order for word in words if word.adjudicates and word.verdict != FLAG), default=0)
    return any(word.verdict == FLAG and word.order > ruled for word in words)


def _members(session: Session, item_keys: Collection[int]) -> dict[int, dict[int, UUID]]:
    """Public ids of each item's members by object key."""
    rows = select(ReviewMember.item_id, Object.id, Object.public_id).join(
        Object, Object.id == ReviewMember.object_id
    )
    found: dict[int, dict[int, UUID]] = defaultdict(dict)
    for item, key, public_id in session.execute(rows.where(among(ReviewMember.item_id, item_keys))):
        found[item][key] = public_id
    return found


def _facts(session: Session, groups: Iterable[Mapping[int, UUID]]) -> list[Fact]:
    """Facts between any two of these objects."""
    ids = {key: public_id for members in groups for key, public_id in members.items()}
    rows = (
        select(
            PairFact.left_id,
            PairFact.right_id,
            PairFact.relation,
            Decision.id,
            Decision.reviewer,
            Decision.reviewer_kind,
            Decision.public_id,
            Decision.adjudicates,
        )
        .join(Decision, Decision.id == PairFact.decision_id)
        .where(among(PairFact.left_id, ids), among(PairFact.right_id, ids))
    )
    return [
        Fact(
            pair_of(ids[left], ids[right]),
            relation,
            order,
            reviewer,
            kind == "automatic",
            public_id,
            adjudicates,
        )
        for left, right, relation, order, reviewer, kind, public_id, adjudicates in session.execute(rows)
    ]


def _words(session: Session, item_keys: Collection[int]) -> dict[int, list[Word]]:
    """What people's standing decisions on each item say: the latest of each that was not undone."""
    rows = (
        select(Decision.item_id, Decision.reviewer, Decision.verdict, Decision.adjudicates, Decision.id)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(
            among(Decision.item_id, item_keys),
            Decision.reviewer_kind == "person",
            Decision.verdict != "undo",
            _Undo.undoes_id.is_(None),
        )
        .ext(distinct_on(Decision.item_id, Decision.reviewer))
        .order_by(Decision.item_id, Decision.reviewer, Decision.id.desc())
    )
    found: dict[int, list[Word]] = defaultdict(list)
    for item, reviewer, verdict, adjudicates, order in session.execute(rows):
        found[item].append(Word(reviewer, verdict, adjudicates, order))
    return found
