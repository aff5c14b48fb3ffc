"""Splits: no photo on two sides, and a stored split never changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from curate.exporters.splits import SPLITS, assign_splits, connected_photos, place_links

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


@dataclass
class Exports:
    """Sets, near-duplicates and held-out photos come in round by round, and all is exported each time."""

    sets: list[frozenset[str]] = field(default_factory=list)
    alike: list[tuple[str, str]] = field(default_factory=list)
    held_out: set[str] = field(default_factory=set)
    stored: dict[str, str] = field(default_factory=dict)
    written: dict[frozenset[str], str] = field(default_factory=dict)
    """Split of every set that was ever exported."""

    def tied(self) -> list[frozenset[str]]:
        return connected_photos([*self.sets, *self.alike, *({photo} for photo in self.held_out)])

    def export(self, seed: int) -> tuple[dict[frozenset[str], str], list[frozenset[str]]]:
        """What is written now, and what is withheld."""
        same_photo = {photo: min(each) for each in connected_photos(self.alike) for photo in each}
        required = dict.fromkeys(self.held_out, "test")
        placed = place_links(self.sets, self.stored, same_photo, required, seed=seed, shares=(50, 20, 30))
        found = {each: placed.split_of(each) for each in self.sets}
        now = {each: split for each, split in found.items() if split is not None}
        self.stored |= {photo: split for each, split in now.items() for photo in each}
        return now, [each for each in self.sets if each not in now]


PAIRS_OF_PHOTOS = st.lists(st.tuples(st.sampled_from(PHOTOS), st.sampled_from(PHOTOS)), max_size=3)
ROUNDS = st.lists(
    st.tuples(LINKS, PAIRS_OF_PHOTOS, st.sets(st.sampled_from(PHOTOS), max_size=2), st.integers(0, 9)),
    min_size=2,
    max_size=4,
)


@given(ROUNDS)
def test_whatever_comes_in_later_nothing_exported_moves_and_what_would_join_two_sides_is_withheld(rounds):
    exports = Exports()
    for sets, alike, held_out, seed in rounds:
        exports.sets += [frozenset(each) for each in sets]
        exports.alike += alike
        exports.held_out |= held_out
        before = dict(exports.stored)
        now, withheld = exports.export(seed)
        # No photo has two sides or another one than before, and no set that was written has moved.
        assert before.items() <= exports.stored.items()
        assert all({exports.stored[photo] for photo in each} == {split} for each, split in now.items())
        assert all(now.get(each, split) == split for each, split in exports.written.items())
        exports.written |= now
        assert not any(exports.held_out & each and split != "test" for each, split in now.items())
        # What is new is only written where nothing that it is tied to stands on another side.
        for tied in exports.tied():
            sides = {exports.stored[photo] for photo in tied & exports.stored.keys()}
            if len(sides) > 1:
                assert not tied & (exports.stored.keys() - before.keys())
        # Withheld is what bridges, and nothing else.
        for each in withheld:
            (tied,) = (tied for tied in exports.tied() if each <= tied)
            sides = {exports.stored[photo] for photo in tied & exports.stored.keys()}
            assert len(sides) > 1 or (tied & exports.held_out and sides != {"test"})
