"""What facts together say of every pair of objects, and which sets they make: columns for millions of them.

The rules on a pair are those of ``verdicts.settle``. "Same" is transitive: if a is b and b is c then a is c,
whatever groups they were judged in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from curate.verdicts import DIFFERENT, DISPUTED, NEAR_DUPLICATE, SAME, UNSAID, VARIANT, Consensus

RELATIONS = (SAME, DIFFERENT, VARIANT, NEAR_DUPLICATE, UNSAID)
"""What a fact may say; a pair may be ``DISPUTED`` besides."""
_SAME, _UNSAID, _DISPUTED, _NOTHING = RELATIONS.index(SAME), RELATIONS.index(UNSAID), len(RELATIONS), -1
PARTED = (RELATIONS.index(DIFFERENT), RELATIONS.index(VARIANT))
assert DISPUTED not in RELATIONS

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Facts of standing decisions, one row each."""

    pair: Numbers
    """Number of the pair that is spoken of."""
    relation: Numbers
    """Index in ``RELATIONS``."""
    decision: Numbers
    """Number of the decision; later ones have higher numbers."""
    reviewer: Numbers
    """A number of 0 or more."""
    automatic: Flags
    adjudicates: Flags
    one: Numbers
    """For each pair the number of its first object; objects are numbered in the order of their ids."""
    other: Numbers


def settled(facts: FactColumns, consensus: Consensus, *, with_automatic: bool) -> Numbers:
    """As ``verdicts.settle``: for each pair an index in ``RELATIONS``, more for disputed, -1 for nothing."""
    # Adjudicators speak with one voice: the last word of any of them.
    voice = np.where(facts.adjudicates, -1, facts.reviewer)
    latest = _last_of_each(facts.pair, facts.automatic, facts.adjudicates, voice, by=facts.decision)
    found = np.full(len(facts.one), _NOTHING)
    if with_automatic:
        _overwrite(found, facts, latest[facts.automatic[latest]], Consensus())
    _overwrite(found, facts, latest[~facts.automatic[latest]], consensus)
    ruled = latest[facts.adjudicates[latest]]
    found[facts.pair[ruled]] = facts.relation[ruled]
    found[found == _UNSAID] = _NOTHING
    return found


def _last_of_each(*key: NDArray[Any], by: Numbers) -> Numbers:
    """Of the rows with one key that with the highest ``by``."""
    order = np.lexsort((by, *reversed(key)))
    ends = np.ones(len(order), dtype=np.bool_)
    ends[:-1] = np.any([column[order[1:]] != column[order[:-1]] for column in key], axis=0)
    return order[ends]


def _overwrite(found: Numbers, facts: FactColumns, spoken: Numbers, consensus: Consensus) -> None:
    """What these words agree on, of every pair that they speak of."""
    kinds = len(RELATIONS)
    counts = np.bincount(facts.pair[spoken] * kinds + facts.relation[spoken], minlength=len(found) * kinds)
    counts = counts.reshape(len(found), kinds)
    words, agreed = counts.sum(axis=1), counts >= consensus.needed
    several = agreed.any(axis=1) | (words >= consensus.asked)
    said = np.where(agreed.sum(axis=1) == 1, agreed.argmax(axis=1), np.where(several, _DISPUTED, _NOTHING))
    found[words > 0] = said[words > 0]


@dataclass(frozen=True, slots=True)
class Sets:
    """Disjoint sets of objects that are one thing each, numbered by their smallest objects."""

    home: Numbers
    """For each object the number of its set, -1 for those in none."""
    count: int
    contradicted: Flags
    """For each set whether something is said against it."""


def accepted_sets(facts: FactColumns, relations: Numbers, objects: int) -> Sets:
    """Objects that hang together by "same"; contradicted sets are numbered among the others.

    Args:
        facts: Name the objects of each pair.
        relations: Of each pair, from ``settled``.
        objects: How many there are.
    """
    same = relations == _SAME
    part = component_of(objects, facts.one[same], facts.other[same])
    several = np.bincount(part, minlength=objects) > 1
    roots, home = np.unique(np.where(several[part], part, -1), return_inverse=True)
    home = home - int(roots[:1].tolist() == [-1])
    against = (relations != _SAME) & (relations != _NOTHING) & (home[facts.one] == home[facts.other])
    count = int(home.max(initial=-1)) + 1
    contradicted = np.zeros(count, dtype=np.bool_)
    inside = home[facts.one[against]]
    contradicted[inside[inside >= 0]] = True
    return Sets(home, count, contradicted)


def supporters(facts: FactColumns, home: Numbers, *, with_automatic: bool) -> tuple[Numbers, Numbers]:
    """Sets and the decisions that say of two of their members that they are the same, by set, each once.

    Where an adjudicator has ruled on a pair, what others had said of it carries nothing.
    """
    ruled = np.zeros(len(facts.one), dtype=np.bool_)
    ruled[facts.pair[facts.adjudicates]] = True
    inside = home[facts.one[facts.pair]]
    counts = (inside >= 0) & (inside == home[facts.other[facts.pair]]) & (facts.relation == _SAME)
    counts &= facts.adjudicates | ~ruled[facts.pair]
    if not with_automatic:
        counts &= ~facts.automatic
    joined = np.unique(np.stack([inside[counts], facts.decision[counts]], axis=1), axis=0)
    return joined[:, 0], joined[:, 1]


def component_of(count: int, left: Numbers, right: Numbers) -> Numbers:
    """For each of ``count`` numbers the smallest one that hangs together with it by these links."""
    links = coo_array((np.ones(len(left), np.bool_), (left, right)), shape=(count, count))
    labels = connected_components(links, directed=False)[1] if count else np.empty(0, np.int64)
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    smallest: Numbers = first[label]
    return smallest
