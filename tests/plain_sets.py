"""Accepted sets and the decisions behind them, one fact at a time, as ``settled`` has them in columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from curate.verdicts import SAME, Fact, Pair, _components


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
    """For each of some disjoint sets the decisions that say of two of its members that they are the same.

    Where an adjudicator has ruled on a pair, what others had said of it carries nothing.
    """
    facts = list(facts)
    ruled = {fact.pair for fact in facts if fact.adjudicates}
    home = {object_id: number for number, members in enumerate(sets) for object_id in members}
    found: list[set[UUID]] = [set() for _ in sets]
    for fact in facts:
        one, other = (home.get(object_id) for object_id in fact.pair)
        if (
            one is not None
            and one == other
            and fact.relation == SAME
            and (fact.adjudicates or fact.pair not in ruled)
            and (with_automatic or not fact.automatic)
        ):
            found[one].add(fact.decision_id)
    return found
