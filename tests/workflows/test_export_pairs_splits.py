"""Splits of counterfactual pairs: nothing that is one shoot, object or photo stands on two sides."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from curate.workflows.pair_splits import Tie, place

PHOTOS = [f"{number:064x}" for number in range(20)]
TIES = st.lists(
    st.builds(
        Tie,
        photos=st.tuples(st.sampled_from(PHOTOS), st.sampled_from(PHOTOS)),
        shoot=st.integers(1, 6).map(lambda number: UUID(int=number)),
        photographer=st.sampled_from(["ada", "bob"]),
        object_name=st.sampled_from([None, "", "vase", " Vase", "red  jug", "Red jug", "lamp"]),
        held_out=st.just(False),
    ),
    max_size=14,
)
SAME_PHOTO = st.dictionaries(st.sampled_from(PHOTOS[10:]), st.sampled_from(PHOTOS[:10]))
SEEDS = st.integers(0, 99)
SHARES = st.sampled_from([(80, 10, 10), (50, 0, 50), (34, 33, 33)])


def with_held_out(ties, shoots):
    """The shoots of these numbers are held out, all of their pairs alike."""
    return [replace(tie, held_out=tie.shoot.int in shoots) for tie in ties]


def whole(same_photo):
    return {photo: same_photo.get(photo, photo) for photo in PHOTOS}


def splits_by(ties, placed, thing):
    """The splits of all placed pairs by what ``thing`` says of them; what it says None of is left out."""
    found = {}
    for tie in ties:
        split = placed.split_of(tie.photos)
        if split is not None and thing(tie) is not None:
            found.setdefault(thing(tie), set()).add(split)
    return found


def name_of(tie):
    name = " ".join((tie.object_name or "").lower().split())
    return (tie.photographer, name) if name else None


@given(TIES, st.sets(st.integers(1, 6)), SAME_PHOTO, SEEDS, SHARES)
def test_no_shoot_object_or_photo_stands_on_two_sides(ties, held_out, same_photo, seed, shares):
    ties = with_held_out(ties, held_out)
    placed = place(ties, {}, whole(same_photo), seed=seed, shares=shares)
    assert not placed.torn
    for thing in (lambda tie: tie.shoot, name_of):
        assert all(len(splits) == 1 for splits in splits_by(ties, placed, thing).values())
    for photo, other in same_photo.items():
        assert len({placed.photos[each] for each in (photo, other) if each in placed.photos}) <= 1
    assert all(placed.split_of(tie.photos) for tie in ties)


@given(TIES, st.sets(st.integers(1, 6)), SAME_PHOTO, SEEDS, SHARES)
def test_what_is_held_out_is_tested_with_and_so_is_all_that_hangs_on_it(
    ties, held_out, same_photo, seed, shares
):
    ties = with_held_out(ties, held_out)
    placed = place(ties, {}, whole(same_photo), seed=seed, shares=shares)
    for tie in ties:
        if tie.held_out:
            assert placed.split_of(tie.photos) == "test"


@given(TIES, TIES, st.sets(st.integers(1, 6)), SAME_PHOTO, SEEDS, SEEDS)
def test_later_pairs_move_nothing_and_what_would_tie_two_sides_is_withheld(
    old, new, held_out, same_photo, seed, other_seed
):
    first = place(old, {}, whole({}), seed=seed, shares=(50, 0, 50))
    stored = dict(first.photos)
    ties = with_held_out([*old, *new], held_out)
    later = place(ties, stored, whole(same_photo), seed=other_seed, shares=(50, 0, 50))
    for photo, split in later.photos.items():
        assert stored.get(photo, split) == split
    for tie in ties:
        if tie.held_out:
            assert later.split_of(tie.photos) in ("test", None)
    new_photos = {photo for tie in new for photo in tie.photos} - stored.keys()
    for component in later.torn:
        assert not new_photos & component & later.photos.keys()


@given(TIES, SAME_PHOTO, SEEDS, st.randoms(use_true_random=False))
def test_the_order_in_which_pairs_came_does_not_matter(ties, same_photo, seed, random):
    shuffled = ties.copy()
    random.shuffle(shuffled)
    assert place(ties, {}, whole(same_photo), seed=seed, shares=(50, 20, 30)) == place(
        shuffled, {}, whole(same_photo), seed=seed, shares=(50, 20, 30)
    )


def test_a_shoot_that_was_trained_with_and_is_held_out_now_is_withheld():
    tie = Tie((PHOTOS[0], PHOTOS[1]), UUID(int=1), "ada", None, held_out=True)
    placed = place([tie], dict.fromkeys(tie.photos, "train"), {}, seed=0, shares=(100, 0, 0))
    assert placed.split_of(tie.photos) is None


def test_a_held_out_view_of_an_object_that_was_trained_with_is_withheld():
    trained = Tie((PHOTOS[0], PHOTOS[1]), UUID(int=1), "ada", "Vase", held_out=False)
    held_out = Tie((PHOTOS[2], PHOTOS[3]), UUID(int=2), "ada", "vase ", held_out=True)
    known = dict.fromkeys(trained.photos, "train")
    placed = place([trained, held_out], known, {}, seed=0, shares=(100, 0, 0))
    assert placed.split_of(trained.photos) == "train"
    assert placed.split_of(held_out.photos) is None


def test_one_name_of_two_photographers_is_two_objects():
    ties = [
        Tie((PHOTOS[2 * n], PHOTOS[2 * n + 1]), UUID(int=n + 1), who, "vase", held_out=False)
        for n, who in enumerate(["ada", "bob"])
    ]
    found = {
        tuple(place(ties, {}, {}, seed=seed, shares=(50, 0, 50)).split_of(tie.photos) for tie in ties)
        for seed in range(12)
    }
    assert len(found) > 2
