"""What many facts settle, as columns, is what is said of them one by one."""

from __future__ import annotations

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import plain_sets
from curate.verdicts import DISPUTED, Consensus, Fact, Pair, pair_of, settle
from curate.workflows.settled import RELATIONS, FactColumns, accepted_sets, settled, supporters

OBJECTS = 7
said = st.tuples(
    st.tuples(st.integers(0, OBJECTS - 1), st.integers(0, OBJECTS - 1)).filter(
        lambda pair: pair[0] != pair[1]
    ),
    st.sampled_from(RELATIONS),
    st.integers(0, 2),
    st.sampled_from(["person", "automatic", "adjudicator"]),
)
facts = st.lists(said, max_size=30).map(
    lambda rows: [
        Fact(
            pair_of(*(UUID(int=n) for n in pair)),
            relation,
            order,
            f"reviewer {reviewer}",
            kind == "automatic",
            UUID(int=order),
            kind == "adjudicator",
        )
        for order, (pair, relation, reviewer, kind) in enumerate(rows)
    ]
)
rules = st.sampled_from([Consensus(), Consensus(1, 2), Consensus(2, 2), Consensus(2, 3)])


def columns(facts: list[Fact]) -> tuple[FactColumns, list[Pair]]:
    pairs = sorted({fact.pair for fact in facts})
    reviewers = sorted({fact.reviewer for fact in facts})
    told = FactColumns(
        pair=np.array([pairs.index(fact.pair) for fact in facts], np.int64),
        relation=np.array([RELATIONS.index(fact.relation) for fact in facts], np.int64),
        decision=np.array([fact.order for fact in facts], np.int64),
        reviewer=np.array([reviewers.index(fact.reviewer) for fact in facts], np.int64),
        automatic=np.array([fact.automatic for fact in facts], np.bool_),
        adjudicates=np.array([fact.adjudicates for fact in facts], np.bool_),
        one=np.array([one.int for one, _ in pairs], np.int64),
        other=np.array([other.int for _, other in pairs], np.int64),
    )
    return told, pairs


@given(facts, rules, st.booleans())
def test_relations_sets_and_supporters_are_those_of_the_verdicts(facts, consensus, with_automatic):
    told, pairs = columns(facts)
    words = [*RELATIONS, DISPUTED]
    expected = settle(facts, consensus, with_automatic=with_automatic)
    relations = settled(told, consensus, with_automatic=with_automatic)
    found = zip(pairs, relations.tolist(), strict=True)
    assert {pair: words[relation] for pair, relation in found if relation >= 0} == expected

    good, contradicted = plain_sets.accepted_sets(expected)
    sets = accepted_sets(told, relations, OBJECTS)
    members = [
        frozenset(UUID(int=n) for n in np.flatnonzero(sets.home == number).tolist())
        for number in range(sets.count)
    ]
    assert [each for each, bad in zip(members, sets.contradicted, strict=True) if not bad] == good
    assert [each for each, bad in zip(members, sets.contradicted, strict=True) if bad] == contradicted

    joined, behind = supporters(told, sets.home, with_automatic=with_automatic)
    by_set = [{UUID(int=n) for n in behind[joined == number].tolist()} for number in range(sets.count)]
    assert by_set == plain_sets.supporters(members, facts, with_automatic=with_automatic)
