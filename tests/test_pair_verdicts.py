"""How words on a pair settle: as words on two objects do, with the check's say and an adjudicator above."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.capture.records import Reason
from curate.pair_verdicts import REJECT_REASONS, Word, reason_of, settle_pair
from curate.verdicts import (
    ACCEPTED,
    DISPUTED,
    FLAGGED,
    OPEN,
    REJECTED,
    Consensus,
    Fact,
    settle,
)

ONE_PAIR = (UUID(int=1), UUID(int=2))
NAMES = {"accept": ACCEPTED, "reject": REJECTED, DISPUTED: DISPUTED, None: OPEN}

consensuses = st.tuples(st.integers(1, 3), st.integers(0, 2)).map(lambda n: Consensus(n[0], n[0] + n[1]))


@st.composite
def words(
    draw: st.DrawFn, verdicts: tuple[str, ...] = ("accept", "reject", "flag"), *, masks: bool = True
) -> list[Word]:
    """At most one standing word per reviewer, in any order of time; unless ``masks`` maybe on other masks."""
    people = draw(st.lists(st.sampled_from("abcde"), unique=True))
    orders = draw(st.permutations(range(1, len(people) + 1)))
    return [
        Word(
            reviewer,
            draw(st.sampled_from(verdicts)),
            order,
            UUID(int=order),
            adjudicates=(ruling := draw(st.sampled_from([False, False, True]))),
            same_masks=masks or draw(st.booleans()),
            overrules=ruling and draw(st.booleans()),
        )
        for reviewer, order in zip(people, orders, strict=True)
    ]


def as_fact(word: Word) -> Fact:
    return Fact(
        ONE_PAIR,
        word.verdict,
        word.order,
        word.reviewer,
        word.automatic,
        word.decision_id,
        word.adjudicates,
    )


@given(words(("accept", "reject")), consensuses)
def test_words_on_a_pair_settle_like_words_on_two_objects(said, consensus):
    expected = settle(map(as_fact, said), consensus, with_automatic=False).get(ONE_PAIR)
    assert settle_pair(said, consensus).name == NAMES[expected]


@given(words(masks=False), consensuses, st.booleans())
def test_who_accepted_other_masks_has_not_accepted_the_pair_as_it_is(said, consensus, fails):
    standing = [word for word in said if word.verdict != "accept" or word.same_masks]
    found = settle_pair(said, consensus, check_fails=fails)
    assert found == settle_pair(standing, consensus, check_fails=fails)


@given(words(masks=False), consensuses, st.booleans())
def test_the_order_in_which_words_are_read_does_not_matter(said, consensus, fails):
    forwards = settle_pair(said, consensus, check_fails=fails)
    assert settle_pair(said[::-1], consensus, check_fails=fails) == forwards


@given(words(("accept", "reject")), consensuses, st.sampled_from(["accept", "reject"]), st.booleans())
def test_an_adjudicator_s_last_word_stands_above_everything(said, consensus, verdict, fails):
    ruling = Word("judge", verdict, 100, UUID(int=100), adjudicates=True, overrules=True)
    found = settle_pair([*said, ruling], consensus, check_fails=fails)
    assert found.name == NAMES[verdict]
    rulers = {word.decision_id for word in [*said, ruling] if word.adjudicates and word.verdict == "accept"}
    assert found.behind == (rulers if verdict == "accept" else frozenset())


@given(words(), consensuses)
def test_a_flag_holds_a_pair_until_an_adjudicator_rules(said, consensus):
    flag = Word("flagger", "flag", 100, UUID(int=100))
    assert settle_pair([*said, flag], consensus).name == FLAGGED
    ruling = Word("judge", "reject", 101, UUID(int=101), adjudicates=True)
    assert settle_pair([*said, flag, ruling], consensus).name == REJECTED


@given(words(), consensuses)
def test_a_failed_check_never_leaves_a_pair_accepted_without_a_ruling_on_it(said, consensus):
    found = settle_pair(said, consensus, check_fails=True)
    if not any(word.overrules and word.verdict == "accept" for word in said):
        assert found.name != ACCEPTED
    if found.name not in (DISPUTED, ACCEPTED):
        assert found == settle_pair(said, consensus)


@given(words(), consensuses, st.booleans())
def test_an_accepted_pair_names_who_accepted_it_and_no_other_pair_names_anybody(said, consensus, fails):
    found = settle_pair(said, consensus, check_fails=fails)
    assert bool(found.behind) == (found.name == ACCEPTED)
    assert found.behind <= {word.decision_id for word in said if word.verdict == "accept"}


@given(words(("accept", "reject")), consensuses)
def test_automatic_words_count_only_where_nobody_spoke_and_only_if_asked_for(said, consensus):
    rule = Word("rule", "accept", 100, UUID(int=100), automatic=True)
    assert settle_pair([*said, rule], consensus) == settle_pair(said, consensus)
    with_rule = settle_pair([*said, rule], consensus, with_automatic=True)
    if not said:
        assert with_rule.name == ACCEPTED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("camera_moved", "camera_moved"),
        ("other: a fly on the lens", "other"),
        ("blur:", "blur"),
        ("blurred", None),
        ("", None),
        (None, None),
    ],
)
def test_a_rejection_begins_with_a_known_reason(text, reason):
    assert reason_of(text) == reason


def test_people_and_checks_know_the_same_reasons():
    assert get_args(Reason) == REJECT_REASONS
