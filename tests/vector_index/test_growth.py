"""Growth and hubs, against the definitions spelled out."""

from __future__ import annotations

import numpy as np
import pytest

from index.growth import growth
from index.hubs import k_occurrences

FRACTIONS = (0.125, 0.25, 0.5, 1.0)


def corpus(n, photos, edges, seed):
    """Photo keys far from 0, and edges between objects of different photos with their similarity."""
    random = np.random.default_rng(seed)
    keys = random.integers(0, photos, n) * 7 + 1000
    left, right = np.sort(random.integers(0, n, (2, edges)), axis=0)
    left, right = np.unique(np.stack([left, right])[:, keys[left] != keys[right]], axis=1)
    return left, right, random.integers(93, 98, len(left)) / 100, keys


@pytest.mark.parametrize(
    ("n", "photos", "edges"), [(300, 80, 900), (300, 300, 200), (20, 2, 60), (5, 5, 0), (0, 1, 0)]
)
def test_a_subset_is_counted_as_if_only_its_photos_were_there(n, photos, edges):
    left, right, _, keys = corpus(n, photos, edges, seed=n + edges)
    found = growth(left, right, keys, FRACTIONS, draws=3, seed=5)
    dice = np.random.default_rng(5)
    different = np.unique(keys)
    for draw in range(3):
        place = dict(zip(different, dice.permutation(len(different)), strict=True))
        for size, photos_in in enumerate(found.photos):
            inside = [place[key] < photos_in for key in keys]
            seen = {row: set() for row in range(n) if inside[row]}
            for a, b in zip(left, right, strict=True):
                if inside[a] and inside[b]:
                    seen[a].add(keys[b])
                    seen[b].add(keys[a])
            assert found.objects[draw, size] == len(seen)
            for k in (1, 3):
                assert found.recurring[k][draw, size] == sum(len(each) >= k for each in seen.values())
    assert found.photos.tolist() == np.rint(np.array(FRACTIONS) * len(different)).tolist()


def test_subsets_are_nested_and_drawn_anew_by_another_seed():
    left, right, _, keys = corpus(500, 200, 2000, seed=1)
    found, again = (growth(left, right, keys, FRACTIONS, seed=seed) for seed in (1, 1))
    other = growth(left, right, keys, FRACTIONS, seed=2)
    for k in (1, 3):
        assert (np.diff(found.recurring[k], axis=1) >= 0).all()
        np.testing.assert_array_equal(found.recurring[k], again.recurring[k])
        assert (found.recurring[k] != other.recurring[k]).any()


@pytest.mark.parametrize(("n", "photos", "edges"), [(100, 30, 600), (40, 40, 300), (3, 3, 0)])
def test_occurrences_count_who_names_an_object_among_its_nearest(n, photos, edges):
    left, right, similarity, keys = corpus(n, photos, edges, seed=n)
    near = {row: [] for row in range(n)}
    for a, b, value in zip(left, right, similarity, strict=True):
        near[a].append((-value, b))
        near[b].append((-value, a))
    named = np.zeros(n, dtype=int)
    for each in near.values():
        photos_named = []
        for _, other in sorted(each):
            if keys[other] not in photos_named and len(photos_named) < 3:
                photos_named.append(keys[other])
                named[other] += 1
    np.testing.assert_array_equal(k_occurrences(left, right, similarity, keys, 3), named)
