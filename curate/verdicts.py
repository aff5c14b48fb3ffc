"""What decisions say about pairs of objects, and what pairs say about a group. Pure; no I/O.

A verdict on a group is kept as facts about pairs, because groups come and go with every mining run
while "these two are the same thing" stays true.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from curate.errors import DecisionError, SettingsError

SAME, DIFFERENT, VARIANT, NEAR_DUPLICATE = "same", "different", "variant", "near_duplicate"
DISPUTED = "disputed"
UNSAID = "unsaid"
"""What an adjudicator's decision leaves open of a pair: it takes back what others had said of it."""
SECOND = "second"
OPEN, ACCEPTED, REJECTED, PARTIAL = "open", "accepted", "rejected", "partial"
FLAGGED = "flagged"

STATES = (OPEN, ACCEPTED, REJECTED, PARTIAL, DISPUTED, FLAGGED)

VERDICTS = ("accept", "reject", "flag")
"""What a reviewer can say of a group; ``flag`` says nothing about it but that someone else must look."""

MARKS = (DIFFERENT, VARIANT, NEAR_DUPLICATE, SECOND)
"""How a member is set apart: another thing, the same product in another variant, the same photo once
more, or one of a second thing that the group holds as well."""

Pair = tuple[UUID, UUID]
"""Two object ids, smaller first."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What one standing decision says about one pair."""

    pair: Pair
    relation: str
    """``same``, ``different``, ``variant``, ``near_duplicate`` or, by an adjudicator, ``unsaid``."""
    order: int
    """Rises with time; a reviewer's later word replaces an earlier one."""
    reviewer: str
    automatic: bool
    decision_id: UUID
    """Public id of the decision."""
    adjudicates: bool = False
    """Said by an adjudicator to end a dispute."""


@dataclass(frozen=True, slots=True)
class Consensus:
    """How many reviewers have to say the same of a pair before it counts."""

    needed: int = 1
    """Agreeing people, 1 or more."""
    asked: int = 1
    """People asked at most; where so many have spoken and too few agree there is a dispute."""

    def __post_init__(self) -> None:
        if not 1 <= self.needed <= self.asked:
            raise SettingsError(
                f"{self.needed} of {self.asked} votes can never agree: ask at least as many as are needed."
            )


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is known about a group by now."""

    name: str
    """``open``, ``accepted``, ``rejected``, ``partial`` or ``disputed``."""
    kept: frozenset[UUID]
    """Members known to be one thing; empty unless something was accepted."""


def pair_of(one: UUID, other: UUID) -> Pair:
    return (one, other) if one < other else (other, one)


def facts_of(
    verdict: str, members: Collection[UUID], marks: Mapping[UUID, str], *, ruling: bool = False
) -> dict[Pair, str]:
    """The facts that a verdict on a group of ``members`` states.

    ``accept``: the unmarked members are one thing, those marked ``second`` are another one and like
    nothing else in the group, and whoever is marked otherwise stands in that relation to the unmarked
    ones (what such members are to each other stays unknown).
    ``reject``: no two members are the same thing; marks may still call some variants of the others.
    ``flag``: nothing.

    Args:
        ruling: An adjudicator's verdict, which covers every pair: those it leaves open are ``unsaid``.

    Raises:
        DecisionError: a marked object is no member, a mark is unknown, or the verdict does not fit them.
    """
    _check(verdict, members, marks)
    if verdict == "flag":
        return {}
    pairs = (pair_of(*pair) for pair in combinations(members, 2))
    related = {pair: _relation(verdict, *(marks.get(member, SAME) for member in pair)) for pair in pairs}
    return {pair: relation for pair, relation in related.items() if ruling or relation != UNSAID}


def _check(verdict: str, members: Collection[UUID], marks: Mapping[UUID, str]) -> None:
    if verdict not in VERDICTS:
        raise DecisionError(f"There is no verdict {verdict!r}: choose from {', '.join(VERDICTS)}.")
    if strangers := set(marks) - set(members):
        raise DecisionError(
            f"{min(strangers)} is not a member of this group: type `curate groups show GROUP`."
        )
    if unknown := set(marks.values()) - set(MARKS):
        raise DecisionError(f"There is no mark {min(unknown)!r}: choose from {', '.join(MARKS)}.")
    counts = Counter(marks.get(member, SAME) for member in members)
    if verdict == "accept" and counts[SAME] < 2:
        raise DecisionError("Fewer than two members would be left: reject the group instead.")
    if verdict == "reject" and counts[SECOND]:
        raise DecisionError("A split group holds two things: accept it, or take the marks back.")


def _relation(verdict: str, one: str, other: str) -> str:
    """What two members are to each other, given their marks (``same`` for an unmarked one)."""
    marks = {one, other}
    if verdict == "accept" and (marks == {SAME} or marks == {SECOND}):
        return SAME
    for told in (VARIANT, NEAR_DUPLICATE):
        if marks == {SAME, told}:
            return told
    if marks == {NEAR_DUPLICATE} and verdict == "reject":
        return NEAR_DUPLICATE  # the same photo as some third one, both of them
    if verdict == "reject" or SECOND in marks or marks == {SAME, DIFFERENT}:
        return DIFFERENT
    return UNSAID


def settle(
    facts: Iterable[Fact], consensus: Consensus = Consensus(), *, with_automatic: bool
) -> dict[Pair, str]:
    """One relation per pair; ``disputed`` where people disagree, nothing while too few have spoken.

    An adjudicator's latest word stands above what others said. People come before automatic policies:
    these count only where no person has spoken, and only if ``with_automatic``.
    """
    latest: dict[tuple[Pair, bool, bool, str], Fact] = {}
    for fact in facts:
        # Adjudicators speak with one voice: the last word of any of them.
        key = (fact.pair, fact.automatic, fact.adjudicates, "" if fact.adjudicates else fact.reviewer)
        if key not in latest or latest[key].order < fact.order:
            latest[key] = fact
    ruled = {fact.pair: fact.relation for fact in latest.values() if fact.adjudicates}
    spoken: dict[bool, dict[Pair, Counter[str]]] = {False: defaultdict(Counter), True: defaultdict(Counter)}
    for fact in latest.values():
        spoken[fact.automatic][fact.pair][fact.relation] += 1
    settled = {pair: _agreed(words, consensus) for pair, words in spoken[False].items()}
    if with_automatic:
        settled = {pair: _agreed(words, Consensus()) for pair, words in spoken[True].items()} | settled
    return {pair: word for pair, word in (settled | ruled).items() if word not in (None, UNSAID)}


def _agreed(words: Counter[str], consensus: Consensus) -> str | None:
    agreed = [relation for relation, count in words.items() if count >= consensus.needed]
    if len(agreed) == 1:
        return agreed[0]
    return DISPUTED if agreed or words.total() >= consensus.asked else None


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
        all_different = len(known) == pairs and SAME not in known.values()
        return GroupState(REJECTED if all_different else PARTIAL, frozenset())
    outside = set(members) - largest
    settled = all(any(pair_of(one, other) in known for other in largest) for one in outside)
    return GroupState(ACCEPTED if settled else PARTIAL, frozenset(largest))


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
