"""The algebra of pair verdicts."""

from __future__ import annotations

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import DecisionError, SettingsError
from curate.verdicts import (
    ACCEPTED,
    DIFFERENT,
    DISPUTED,
    MARKS,
    NEAR_DUPLICATE,
    OPEN,
    PARTIAL,
    REJECTED,
    SAME,
    SECOND,
    VARIANT,
    Consensus,
    Fact,
    facts_of,
    pair_of,
    settle,
    state_of,
)
from plain_sets import accepted_sets, supporters

A, B, C, D, E = (UUID(int=n) for n in range(1, 6))

ids = st.integers(1, 9).map(lambda n: UUID(int=n))
groups = st.sets(ids, min_size=2, max_size=6)
relations = st.dictionaries(
    st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: pair_of(*pair)),
    st.sampled_from([SAME, DIFFERENT, DISPUTED]),
)


def said(verdict: str, members: set[UUID], marks: dict[UUID, str] | None = None, **who: object) -> list[Fact]:
    values = {"order": 1, "reviewer": "ada", "automatic": False, "decision_id": A} | who
    return [
        Fact(pair, relation, **values) for pair, relation in facts_of(verdict, members, marks or {}).items()
    ]


@given(groups)
def test_an_accepted_group_is_accepted_and_a_rejected_one_rejected(members):
    assert state_of(members, facts_of("accept", members, {})).name == ACCEPTED
    assert state_of(members, facts_of("reject", members, {})).name == REJECTED
    assert state_of(members, {}).name == OPEN


@given(groups.filter(lambda members: len(members) > 2), st.data())
def test_dropped_members_are_left_out_of_what_is_kept(members, data):
    dropped = data.draw(st.sets(st.sampled_from(sorted(members)), min_size=1, max_size=len(members) - 2))
    state = state_of(members, facts_of("accept", members, dict.fromkeys(dropped, DIFFERENT)))
    assert state.name == ACCEPTED
    assert state.kept == members - dropped


@given(groups, groups)
def test_a_group_that_is_mined_again_with_more_members_keeps_what_is_known(members, others):
    grown = members | others
    state = state_of(grown, facts_of("accept", members, {}))
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
        facts_of("accept", {A, B}, {E: DIFFERENT})
    with pytest.raises(DecisionError, match="Fewer than two"):
        facts_of("accept", {A, B, C}, {A: DIFFERENT, B: VARIANT})
    with pytest.raises(DecisionError, match="no mark 'blue'"):
        facts_of("accept", {A, B, C}, {A: "blue"})
    with pytest.raises(DecisionError, match="holds two things"):
        facts_of("reject", {A, B, C}, {A: SECOND})
    with pytest.raises(DecisionError, match="no verdict 'perhaps'"):
        facts_of("perhaps", {A, B}, {})


def test_a_split_group_is_two_things():
    facts = said("accept", {A, B, C, D, E}, {C: SECOND, D: SECOND, E: DIFFERENT})
    good, withheld = accepted_sets(settle(facts, with_automatic=False))
    assert (good, withheld) == ([frozenset({A, B}), frozenset({C, D})], [])
    known = settle(facts, with_automatic=False)
    assert {known[pair_of(one, E)] for one in (A, B, C, D)} == {DIFFERENT}
    assert known[pair_of(A, C)] == DIFFERENT


@pytest.mark.parametrize("mark", [VARIANT, NEAR_DUPLICATE])
def test_a_variant_or_near_duplicate_is_known_as_such_and_left_out(mark):
    known = facts_of("accept", {A, B, C}, {C: mark})
    assert known == {pair_of(A, B): SAME, pair_of(A, C): mark, pair_of(B, C): mark}
    assert accepted_sets(known) == ([frozenset({A, B})], [])
    assert state_of({A, B, C}, known) == state_of({A, B, C}, facts_of("accept", {A, B, C}, {C: DIFFERENT}))


def test_a_rejected_group_may_still_hold_a_variant():
    known = facts_of("reject", {A, B, C}, {C: VARIANT})
    assert known == {pair_of(A, B): DIFFERENT, pair_of(A, C): VARIANT, pair_of(B, C): VARIANT}
    assert state_of({A, B, C}, known).name == REJECTED


@given(groups, st.dictionaries(ids, st.sampled_from(MARKS)), st.sampled_from(["accept", "reject"]))
def test_one_persons_word_on_a_group_never_contradicts_itself(members, marks, verdict):
    marks = {member: mark for member, mark in marks.items() if member in members}
    try:
        known = facts_of(verdict, members, marks)
    except DecisionError:
        return
    assert state_of(members, known).name in (ACCEPTED, REJECTED)
    good, withheld = accepted_sets(known)
    assert withheld == []
    assert bool(good) == (verdict == "accept")


def test_a_flag_says_nothing_about_pairs():
    assert facts_of("flag", {A, B}, {}) == {}


def votes(*verdicts: str) -> list[Fact]:
    return [fact for n, each in enumerate(verdicts) for fact in said(each, {A, B}, order=n, reviewer=f"r{n}")]


@pytest.mark.parametrize(
    ("needed", "asked", "verdicts", "settled"),
    [
        (1, 1, ["accept"], SAME),
        (1, 1, ["accept", "reject"], DISPUTED),
        (2, 2, ["accept"], None),
        (2, 2, ["accept", "accept"], SAME),
        (2, 2, ["accept", "reject"], DISPUTED),
        (2, 3, ["accept", "reject"], None),
        (2, 3, ["accept", "reject", "accept"], SAME),
        (2, 3, ["accept", "reject", "reject"], DIFFERENT),
        (3, 3, ["accept", "accept", "reject"], DISPUTED),
    ],
)
def test_so_many_must_agree_of_so_many_who_are_asked(needed, asked, verdicts, settled):
    known = settle(votes(*verdicts), Consensus(needed, asked), with_automatic=False)
    assert known.get(pair_of(A, B)) == settled


def test_an_adjudicators_last_word_ends_a_dispute():
    facts = votes("accept", "reject")
    facts += said("reject", {A, B}, order=7, reviewer="eve", adjudicates=True)
    assert settle(facts, Consensus(2, 2), with_automatic=False) == {pair_of(A, B): DIFFERENT}
    facts += said("accept", {A, B}, order=8, reviewer="fay", adjudicates=True)
    assert settle(facts, Consensus(2, 2), with_automatic=False) == {pair_of(A, B): SAME}


@given(st.lists(st.sampled_from(["accept", "reject"]), max_size=6), st.integers(1, 3), st.integers(0, 2))
def test_what_is_settled_does_not_depend_on_the_order_of_votes(verdicts, needed, more):
    consensus = Consensus(needed, needed + more)
    one, other = (
        settle(votes(*each), consensus, with_automatic=False) for each in (verdicts, sorted(verdicts))
    )
    assert one == other


def test_votes_that_can_never_agree_are_refused():
    with pytest.raises(SettingsError, match="3 of 2"):
        Consensus(3, 2)
