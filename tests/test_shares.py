"""Shares and their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from curate.shares import Share


def test_the_interval_is_that_of_clopper_and_pearson():
    # Hand-computed ends: nothing of n reaches up to 1 - (alpha / 2) ** (1 / n).
    assert Share(0, 10).interval == pytest.approx((0.0, 1 - 0.025**0.1))
    assert Share(10, 10).interval == pytest.approx((0.025**0.1, 1.0))
    assert Share(8, 10).interval == pytest.approx((0.4439045, 0.9747893), abs=1e-6)


def test_nothing_of_nothing_could_be_anything():
    assert Share(0, 0).value is None
    assert Share(0, 0).interval == (0.0, 1.0)


counts = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_the_interval_holds_the_share_and_leaves_a_fortieth_on_either_side(counted):
    hits, total = counted
    share = Share(hits, total)
    low, high = share.interval
    assert 0 <= low <= share.value <= high <= 1
    assert hits == 0 or binom.sf(hits - 1, total, low) == pytest.approx(0.025, rel=1e-4)
    assert hits == total or binom.cdf(hits, total, high) == pytest.approx(0.025, rel=1e-4)


@given(counts)
def test_hits_and_misses_mirror_each_other(counted):
    hits, total = counted
    low, high = Share(hits, total).interval
    assert Share(total - hits, total).interval == pytest.approx((1 - high, 1 - low), abs=1e-9)
