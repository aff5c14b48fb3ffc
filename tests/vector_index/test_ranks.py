"""Nearest first: one number for name and similarity sorts as all three would."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.comparing.ranks import nearest_first, places_in_runs, places_that_count, sorted_once

SIMILARITIES = [-1.0, -0.5, -1e-7, -0.0, 0.0, 1e-45, 0.5, np.nextafter(np.float32(0.5), np.float32(1)), 1.0]


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 2**32 - 1]), st.sampled_from(SIMILARITIES), st.integers(0, 50)),
        max_size=60,
    )
)
def test_pairs_are_ordered_by_name_then_similarity_then_the_lower_row(pairs):
    names = np.array([name for name, _, _ in pairs], np.int64)
    similarity = np.array([value for _, value, _ in pairs], np.float32)
    rows = np.array([row for _, _, row in pairs], np.int64)
    order = nearest_first(names, similarity, rows)
    expected = sorted(
        (name, -float(value), row) for name, value, row in zip(names, similarity, rows, strict=True)
    )
    assert [(names[n], -float(similarity[n]), rows[n]) for n in order] == expected
    assert sorted(order.tolist()) == list(range(len(pairs)))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=60), st.sets(st.integers(0, 3)))
def test_of_no_use_to_some_object_is_what_lies_in_its_photo(pairs, several):
    pairs.sort(key=lambda pair: pair[0])
    names, photos = (np.array([pair[n] for pair in pairs], np.int64) for n in (0, 1))
    places = places_that_count(names, photos, np.isin(names, list(several)))
    for n, (name, _) in enumerate(pairs):
        before = [photo for other, photo in pairs[:n] if other == name]
        if name in several:
            assert places[n] <= len(before) - max(map(before.count, before), default=0)
            assert places[n] >= len(before) - max(map(before.count, before), default=0) - 1
        else:
            assert places[n] == len(before)
    later = places_in_runs(names) > 0
    assert (np.diff(places, prepend=-1)[later] >= 0).all()


@given(st.lists(st.integers(-5, 20)))
def test_each_number_is_there_once_and_ascending(numbers):
    assert sorted_once(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))
