"""Projected rows: fewer numbers, whose products are never below the cosines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.comparing.options import JoinOptions
from index.comparing.projection import projection_to, suitable_projection
from index.exact import edges_in_band
from index.join import recurrence_join
from planted_recurrences import planted_vectors

LOW, HIGH = 0.93, 0.975  # objectmate


def unit_rows(random, count, dimension, flatness=1.0):
    rows = random.standard_normal((count, dimension)) / (1 + np.arange(dimension)) ** (1 - flatness)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([2, 8, 100, 1024]),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_no_product_is_below_the_cosine_by_more_than_the_error(dimension, share, flatness, seed):
    rows = unit_rows(np.random.default_rng(seed), 200, dimension, flatness)
    rows[50:60], rows[60:70] = 0, rows[70]
    projection = projection_to(max(2, int(share * dimension)), rows, np.arange(len(rows)), seed)
    short = projection.of(rows).astype(np.float64)
    long = rows.astype(np.float64)
    assert (short @ short.T >= long @ long.T - projection.error).all()
    beside = np.outer(short[:, -1], short[:, -1])
    assert (short @ short.T - 2 * beside <= long @ long.T + projection.error).all()
    assert np.allclose(np.linalg.norm(short, axis=1), np.linalg.norm(long, axis=1), atol=projection.error)


def test_vectors_of_few_directions_are_proposed_by_a_few_numbers_and_nothing_is_missed():
    vectors, photos = planted_vectors(20_000, 512)
    joined = recurrence_join(
        vectors, photos, LOW, HIGH, options=JoinOptions(recall=1, exact_below=1000, top_k=None)
    )
    exact = edges_in_band(vectors, photos, LOW, HIGH)
    assert joined.report.width == 64
    for name in ("left", "right", "similarity", "above"):
        assert getattr(joined.edges, name).tobytes() == getattr(exact, name).tobytes(), name


def test_vectors_alike_in_every_direction_keep_all_their_numbers():
    rows = unit_rows(np.random.default_rng(0), 5000, 128)
    assert suitable_projection(rows, np.arange(len(rows)), 0.3, 0) is None


@pytest.mark.parametrize("width", [1, 9])
def test_a_width_that_no_projection_has_is_refused(width):
    rows = unit_rows(np.random.default_rng(0), 10, 8)
    with pytest.raises(ValueError, match=f"{width} numbers cannot stand for 8"):
        projection_to(width, rows, np.arange(10), 0)
