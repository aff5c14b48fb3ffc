"""What decisions say about pairs of objects, and what pairs say about a group. Pure; no I/O.

A verdict on a group is kept as facts about pairs, because groups come and go with every mining run
while "these two are the same thing" stays true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from curate.errors import DecisionError

SAME, DIFFERENT, VARIANT, DISPUTED = "same", "different", "variant", "disputed"
OPEN, ACCEPTED, REJECTED, PARTIAL = "open", "accepted", "rejected", "partial"

STATES = (OPEN, ACCEPTED, REJECTED, PARTIAL, DISPUTED)

Pair = tuple[UUID, UUID]
"""Two object ids, smaller first."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What one standing decision says about one pair."""

    pair: Pair
    relation: str
    """``same``, ``different`` or ``variant``."""
    order: int
    """Rises with time; a reviewer's later word replaces an earlier one."""
    reviewer: str
    automatic: bool
    decision_id: UUID
    """Public id of the decision."""


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is known about a group by now."""

    name: str
    """``open``, ``accepted``, ``rejected``, ``partial`` or ``disputed``."""
    kept: frozenset[UUID]
    """Members known to be one thing; empty unless something was accepted."""


def pair_of(one: UUID, other: UUID) -> Pair:
    return (one, other) if one < other else (other, one)


def facts_of(verdict: str, members: Collection[UUID], dropped: Collection[UUID]) -> dict[Pair, str]:
    """The facts that a verdict on a group of ``members`` states.

    ``accept``: the members that are not dropped are one thing, and each dropped member is another thing
    than they are (what the dropped ones are to each other stays unknown).
    ``reject``: no two members are the same thing.

    Raises:
        DecisionError: a dropped object is no member, or fewer than two members are left.
    """
    if verdict == "reject":
        return {pair_of(*pair): DIFFERENT for pair in combinations(members, 2)}
    if strangers := set(dropped) - set(members):
        raise DecisionError(
            f"{min(strangers)} is not a member of this group: type `curate groups show GROUP`."
        )
    kept = set(members) - set(dropped)
    if len(kept) < 2:
        raise DecisionError(
            "Fewer than two members would be left: type `curate decide reject GROUP` instead."
        )
    same = {pair_of(*pair): SAME for pair in combinations(kept, 2)}
    return same | {pair_of(one, other): DIFFERENT for one in kept for other in dropped}


def settle(facts: Iterable[Fact], *, with_automatic: bool) -> dict[Pair, str]:
    """One relation per pair; ``disputed`` where people disagree.

    People come before automatic policies: these count only where no person has spoken, and only
    if ``with_automatic``.
    """
    latest: dict[tuple[Pair, bool, str], Fact] = {}
    for fact in facts:
        key = (fact.pair, fact.automatic, fact.reviewer)
        if key not in latest or latest[key].order < fact.order:
            latest[key] = fact
    spoken: dict[bool, dict[Pair, set[str]]] = {False: defaultdict(set), True: defaultdict(set)}
    for fact in latest.values():
        spoken[fact.automatic][fact.pair].add(fact.relation)
    counted = (spoken[True] | spoken[False]) if with_automatic else spoken[False]
    return {pair: next(iter(words)) if len(words) == 1 else DISPUTED for pair, words in counted.items()}


def state_of(members: Collection[UUID], relations: Mapping[Pair, str]) -> GroupState:
    """The state of a group of ``members``, derived from what is known about its pairs."""
    known = {pair: relations[pair] for pair in map(_ordered, combinations(members, 2)) if pair in relations}
    if not known:
        return GroupState(OPEN, frozenset())
    parts = _components(members, known)
    largest = max(parts, key=lambda part: (len(part), min(part)))
    if any(_contradicts(part, known) for part in parts):
        return GroupState(DISPUTED, frozenset())
    if len(largest) < 2:
        pairs = len(members) * (len(members) - 1) // 2
        all_different = len(known) == pairs and set(known.values()) <= {DIFFERENT, VARIANT}
        return GroupState(REJECTED if all_different else PARTIAL, frozenset())
    outside = set(members) - largest
    settled = all(any(pair_of(one, other) in known for other in largest) for one in outside)
    return GroupState(ACCEPTED if settled else PARTIAL, frozenset(largest))


def accepted_sets(relations: Mapping[Pair, str]) -> tuple[list[frozenset[UUID]], list[frozenset[UUID]]]:
    """All sets of objects that are one thing, and those withheld because something contradicts them.

    "Same" is transitive: if a is b and b is c then a is c, whatever groups they were judged in.
    """
    members = {object_id for pair in relations for object_id in pair}
    parts = [part for part in _components(members, relations) if len(part) > 1]
    inside: dict[UUID, int] = {object_id: n for n, part in enumerate(parts) for object_id in part}
    broken = {
        inside[one]
        for (one, other), relation in relations.items()
        if relation != SAME and one in inside and inside[one] == inside.get(other)
    }
    good = sorted((part for n, part in enumerate(parts) if n not in broken), key=min)
    return good, sorted((parts[n] for n in broken), key=min)


def supporters(
    sets: Sequence[Collection[UUID]], facts: Iterable[Fact], *, with_automatic: bool
) -> list[set[UUID]]:
    """For each of some disjoint sets the decisions that say of two of its members that they are the same."""
    home = {object_id: number for number, members in enumerate(sets) for object_id in members}
    found: list[set[UUID]] = [set() for _ in sets]
    for fact in facts:
        one, other = (home.get(object_id) for object_id in fact.pair)
        if (
            one is not None
            and one == other
            and fact.relation == SAME
            and (with_automatic or not fact.automatic)
        ):
            found[one].add(fact.decision_id)
    return found


def _ordered(pair: tuple[UUID, UUID]) -> Pair:
    return pair_of(*pair)


def _contradicts(part: Collection[UUID], known: Mapping[Pair, str]) -> bool:
    if any(relation == DISPUTED for relation in known.values()):
        return True
    return any(known.get(pair_of(*pair), SAME) != SAME for pair in combinations(part, 2))


def _components(members: Collection[UUID], relations: Mapping[Pair, str]) -> list[frozenset[UUID]]:
    """Connected components of ``members`` over ``same``, in a fixed order."""
    leader = {member: member for member in members}

    def find(member: UUID) -> UUID:
        while leader[member] != member:
            leader[member] = leader[leader[member]]
            member = leader[member]
        return member

    for (one, other), relation in relations.items():
        if relation == SAME:
            low, high = sorted((find(one), find(other)))
            leader[high] = low
    parts: dict[UUID, set[UUID]] = defaultdict(set)
    for member in members:
        parts[find(member)].add(member)
    return [frozenset(parts[key]) for key in sorted(parts)]
