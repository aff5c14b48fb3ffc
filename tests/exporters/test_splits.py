"""Splits: no photo on two sides, and a stored split never changes."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from curate.exporters.splits import SPLITS, assign_splits, connected_photos

PHOTOS = [f"{n:064x}" for n in range(24)]
LINKS = st.lists(st.sets(st.sampled_from(PHOTOS), min_size=1, max_size=4), max_size=20)


@given(LINKS, st.integers(0, 99))
def test_linked_photos_share_a_split(links, seed):
    assignment = assign_splits(connected_photos(links), {}, seed)
    assert not assignment.torn
    for link in links:
        assert assignment.split_of(link) in SPLITS


@given(LINKS, st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(links, random):
    shuffled = [sorted(link, key=lambda _: random.random()) for link in links]
    random.shuffle(shuffled)
    first = assign_splits(connected_photos(links), {}, 1)
    assert assign_splits(connected_photos(shuffled), {}, 1) == first
    assert list(first.photos) == sorted(first.photos)


@given(LINKS, LINKS, st.integers(0, 99), st.integers(0, 99))
def test_new_data_never_moves_a_stored_photo(old, new, seed, other_seed):
    stored = assign_splits(connected_photos(old), {}, seed).photos
    later = assign_splits(connected_photos([*old, *new]), stored, other_seed)
    assert stored.items() <= later.photos.items()
    for link in [*old, *new]:
        sides = {stored[photo] for photo in link if photo in stored}
        if len(sides) > 1:
            assert later.split_of(link) is None
            assert any(link <= component for component in later.torn)


def test_a_new_photo_that_joins_two_splits_is_withheld():
    train, test, joining = PHOTOS[:3]
    later = assign_splits([{train, test, joining}], {train: "train", test: "test"}, seed=0)
    assert later.torn == (frozenset({train, test, joining}),)
    assert later.split_of([train, joining]) is None
    assert later.split_of([train]) == "train"


def test_shares_are_met_over_many_components():
    components = [{f"{n:064x}"} for n in range(5000)]
    found = Counter(assign_splits(components, {}, seed=3).photos.values())
    assert abs(found["train"] - 4000) < 120
    assert abs(found["test"] - 500) < 80
    assert set(assign_splits(components, {}, 3, shares=(0, 0, 1)).photos.values()) == {"test"}
