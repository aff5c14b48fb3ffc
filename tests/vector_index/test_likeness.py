"""Places by likeness: a permutation that puts vectors next to others like them."""

from __future__ import annotations

import numpy as np
import pytest

from index.comparing import table
from index.comparing.likeness import places_by_likeness
from index.comparing.options import JoinOptions
from index.join import recurrence_join
from planted_recurrences import planted_vectors


@pytest.mark.parametrize("count", [0, 1, 2, 5, 700])
def test_every_vector_has_a_place_of_its_own(count):
    vectors, _ = planted_vectors(1000, 16)
    vectors[3:6] = 0
    places = places_by_likeness(vectors, np.arange(count), seed=0)
    assert places.dtype == np.uint32
    assert sorted(places.tolist()) == list(range(count))


def test_those_that_stand_near_each_other_are_alike():
    vectors, _ = planted_vectors(20_000, 64)
    rows = np.arange(0, 20_000, 2)
    placed = np.empty((len(rows), 64), np.float32)
    placed[places_by_likeness(vectors, rows, seed=0)] = vectors[rows]

    def likeness(table, apart):
        return float(np.einsum("nd,nd->n", table[:-apart], table[apart:]).mean())

    anywhere = likeness(vectors[rows], 10)
    assert likeness(placed, 10) > 4 * anywhere  # of one group
    assert likeness(placed, 100) > 2 * anywhere  # of groups next to each other


def test_they_are_laid_out_a_part_at_a_time(monkeypatch):
    vectors, photos = planted_vectors(5000, 32)
    monkeypatch.setattr(table, "_BYTES_LAID_OUT", 1 << 16)
    edges = [
        recurrence_join(
            vectors, photos, 0.9, 0.99, options=JoinOptions(arithmetic=how, laid_out_from=size)
        ).edges
        for how, size in (("float32", 1 << 40), ("float32", 0), ("bfloat16", 0))
    ]
    for each in edges[1:]:
        assert each.left.tobytes() == edges[0].left.tobytes()
        assert each.similarity.tobytes() == edges[0].similarity.tobytes()
    assert len(edges[0]) > 100
