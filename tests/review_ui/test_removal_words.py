"""What the Removals screen says of numbers and reasons covers all that can be measured and said."""

from __future__ import annotations

from dataclasses import fields

from curate.measures import thresholds
from curate.measures.reasons import LIMITS
from curate.measures.records import RemovalNumbers
from curate.pair_verdicts import REJECT_REASONS
from review_ui.components.removal_words import MEASURES, REASONS, removal_words


def test_every_number_has_words_and_those_that_speak_for_rejecting_have_their_limit():
    assert {each.name for each in MEASURES} == {each.name for each in fields(RemovalNumbers)}
    limits = {each.name: each.limit for each in MEASURES if each.limit is not None}
    assert limits == {name: limit for _, name, limit in LIMITS}
    assert limits["seam"] == thresholds.SEAM


def test_every_reason_has_a_key_of_its_own_and_can_be_stored():
    assert set(REASONS) <= set(REJECT_REASONS)
    assert {reason for reason, _, _ in LIMITS} <= set(REASONS)
    assert len(REASONS) == 9


def test_scripts_are_told_plain_values():
    words = removal_words()
    assert words["reasons"][0] == ["residual", "Object still there, or part of it"]
    assert {"object", "mask", "effect"} == set(words["colours"])
