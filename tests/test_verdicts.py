"""The algebra of pair verdicts."""

from __future__ import annotations

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import DecisionError
from curate.verdicts import (
    ACCEPTED,
    DIFFERENT,
    DISPUTED,
    OPEN,
    PARTIAL,
    REJECTED,
    SAME,
    Fact,
    accepted_sets,
    facts_of,
    pair_of,
    settle,
    state_of,
    supporters,
)

A, B, C, D, E = (UUID(int=n) for n in range(1, 6))

ids = st.integers(1, 9).map(lambda n: UUID(int=n))
groups = st.sets(ids, min_size=2, max_size=6)
relations = st.dictionaries(
    st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: pair_of(*pair)),
    st.sampled_from([SAME, DIFFERENT, DISPUTED]),
)


def said(verdict: str, members: set[UUID], dropped: set[UUID] = frozenset(), **who: object) -> list[Fact]:
    values = {"order": 1, "reviewer": "ada", "automatic": False, "decision_id": A} | who
    return [Fact(pair, relation, **values) for pair, relation in facts_of(verdict, members, dropped).items()]


@given(groups)
def test_an_accepted_group_is_accepted_and_a_rejected_one_rejected(members):
    assert state_of(members, facts_of("accept", members, ())).name == ACCEPTED
    assert state_of(members, facts_of("reject", members, ())).name == REJECTED
    assert state_of(members, {}).name == OPEN


@given(groups.filter(lambda members: len(members) > 2), st.data())
def test_dropped_members_are_left_out_of_what_is_kept(members, data):
    dropped = data.draw(st.sets(st.sampled_from(sorted(members)), min_size=1, max_size=len(members) - 2))
    state = state_of(members, facts_of("accept", members, dropped))
    assert state.name == ACCEPTED
    assert state.kept == members - dropped


@given(groups, groups)
def test_a_group_that_is_mined_again_with_more_members_keeps_what_is_known(members, others):
    grown = members | others
    state = state_of(grown, facts_of("accept", members, ()))
    assert state.name == (ACCEPTED if grown == members else PARTIAL)
    assert state.kept == members


def test_same_reaches_through_overlapping_groups():
    facts = said("accept", {A, B}) + said("accept", {B, C}, order=2)
    assert accepted_sets(settle(facts, with_automatic=False)) == ([frozenset({A, B, C})], [])


def test_a_contradiction_withholds_the_whole_set():
    facts = said("accept", {A, B, C}) + said("reject", {A, C}, order=2, reviewer="bob")
    relations = settle(facts, with_automatic=False)
    assert relations[pair_of(A, C)] == DISPUTED
    assert accepted_sets(relations) == ([], [frozenset({A, B, C})])
    assert state_of({A, B, C}, relations).name == DISPUTED


def test_a_reviewers_later_word_replaces_the_earlier_one():
    facts = said("accept", {A, B}) + said("reject", {A, B}, order=2)
    assert settle(facts, with_automatic=False) == {pair_of(A, B): DIFFERENT}


def test_people_come_before_automatic_policies_which_count_only_when_asked_for():
    automatic = said("accept", {A, B, C}, automatic=True, reviewer="policy", order=9)
    assert settle(automatic, with_automatic=False) == {}
    settled = settle(automatic + said("reject", {A, B}), with_automatic=True)
    assert settled == {pair_of(A, B): DIFFERENT, pair_of(A, C): SAME, pair_of(B, C): SAME}


def test_a_set_rests_on_the_decisions_that_join_its_members():
    facts = said("accept", {A, B}, decision_id=C) + said("reject", {A, D}, decision_id=D)
    facts += said("accept", {A, B}, decision_id=E, automatic=True, reviewer="policy")
    assert supporters([{A, B}], facts, with_automatic=False) == [{C}]
    assert supporters([{A, B}], facts, with_automatic=True) == [{C, E}]


@given(relations)
def test_accepted_sets_are_disjoint_and_hold_no_contradiction(known):
    good, withheld = accepted_sets(known)
    members = [member for part in good + withheld for member in part]
    assert len(members) == len(set(members))
    assert all(len(part) > 1 for part in good + withheld)
    for part in good:
        assert all(known.get(pair_of(*pair), SAME) == SAME for pair in combinations(part, 2))


@given(relations, st.randoms())
def test_what_is_accepted_does_not_depend_on_the_order_of_facts(known, random):
    items = list(known.items())
    random.shuffle(items)
    assert accepted_sets(dict(items)) == accepted_sets(known)


def test_a_verdict_that_does_not_fit_is_refused():
    with pytest.raises(DecisionError, match="not a member"):
        facts_of("accept", {A, B}, {E})
    with pytest.raises(DecisionError, match="Fewer than two"):
        facts_of("accept", {A, B, C}, {A, B})
