"""The nearest objects of other photos, against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest

from index.exact import cosines
from index.nearest import nearest_of


def plain(rows, photos, sample, k):
    """The best cosine of every other photo key, highest first."""
    found = []
    for i in sample:
        best = {}
        for j in range(len(rows)):
            if photos[j] != photos[i]:
                value = float(cosines(rows, np.array([i]), np.array([j]))[0])
                best[photos[j]] = max(best.get(photos[j], -2.0), value)
        found.append((sorted(best.values(), reverse=True) + [np.nan] * k)[:k])
    return np.array(found).reshape(len(sample), k)


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(
    ("n", "photos", "dimension"), [(60, 60, 8), (60, 9, 3), (60, 2, 2), (7, 1, 4), (1, 1, 8), (40, 5, 512)]
)
@pytest.mark.parametrize("blocks", [(1, 1), (5, 7), (1024, 8192)])
def test_they_are_those_of_a_plain_loop_whatever_the_blocks(n, photos, dimension, blocks):
    random = np.random.default_rng(n + photos)
    rows = unit(random.standard_normal((n, dimension)))
    rows[n // 2 :: 3] = rows[0]  # equal ones, in several photos
    keys = random.integers(0, photos, n)
    sample = random.permutation(n)[: max(1, n // 3)]
    found = nearest_of(rows, keys, sample, 3, queries=blocks[0], block=blocks[1])
    np.testing.assert_array_equal(found.similarity, plain(rows, keys, sample, 3))
    for row, others, values in zip(sample, found.objects, found.similarity, strict=True):
        there = others[others >= 0]
        assert len(there) == np.count_nonzero(~np.isnan(values))
        assert len(set(keys[there])) == len(there)  # each of a photo of its own, and never of its own photo
        assert keys[row] not in keys[there]
        np.testing.assert_array_equal(cosines(rows, np.full(len(there), row), there), values[: len(there)])


def test_vectors_may_lie_in_a_file_that_is_only_read(tmp_path):
    rows = unit(np.random.default_rng(0).standard_normal((50, 16)))
    rows.tofile(tmp_path / "rows")
    mapped = np.memmap(tmp_path / "rows", np.float32, "r", shape=rows.shape)
    keys, steps = np.arange(50), []
    found = nearest_of(
        mapped, keys, np.arange(50), 2, queries=20, block=30, on_progress=lambda *step: steps.append(step)
    )
    np.testing.assert_array_equal(found.similarity, plain(rows, keys, range(50), 2))
    assert steps == [(n, 6) for n in range(1, 7)]


def test_of_one_crowded_photo_only_the_most_similar_object_counts():
    near, far = unit(np.array([[1.0, 0.1]])), unit(np.array([[1.0, 1.0]]))
    rows = np.concatenate([unit(np.array([[1.0, 0.0]])), np.tile(near, (500, 1)), far])
    found = nearest_of(rows, np.array([0, *[1] * 500, 2]), np.array([0]), 3, block=64)
    assert found.objects.tolist() == [[found.objects[0, 0], 501, -1]]
    assert 1 <= found.objects[0, 0] <= 500
