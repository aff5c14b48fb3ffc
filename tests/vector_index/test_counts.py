"""The counts of the paper, against their definition spelled out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.counts import count_recurrences
from index.exact import edges_in_band


@given(st.integers(0, 12), st.integers(0, 2**32 - 1), st.sampled_from([(0.3, 0.7), (-1, 1), (0.6, 0.6)]))
def test_counts_follow_their_definition(n, seed, band):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n, 2))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    photos = random.integers(0, n + 1, n)
    low, high = band
    counts = count_recurrences(edges_in_band(rows, photos, low, high), n, photos)

    cosine = (rows.astype(float) @ rows.T.astype(float)).astype(np.float32).astype(float)
    for k in (1, 3):
        recurring, nearest = 0, 0
        for i in range(n):
            others = [j for j in range(n) if photos[j] != photos[i]]
            inside = {photos[j] for j in others if low <= cosine[i, j] <= high}
            recurring += len(inside) >= k
            nearest += len(inside) >= k and all(cosine[i, j] <= high for j in others)
        assert counts.at_least(k) == recurring
        assert counts.nearest_in_band(k) == nearest
        assert counts.share(k) == (recurring / n if n else 0)


def test_boxes_of_one_photo_and_near_duplicates_count_once():
    rows = np.tile(np.array([[0.6, 0.8]], np.float32), (6, 1))
    photos = np.array([0, 1, 1, 1, 2, 2])
    counts = count_recurrences(edges_in_band(rows, photos, 0.9, 1.0), 6, photos)
    assert counts.neighbours.tolist() == [2, 2, 2, 2, 2, 2]
