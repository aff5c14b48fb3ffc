"""Where many photos stand, as columns, is where ``place_links`` puts them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.exporters.splits import SPLITS, place_links
from curate.workflows.photo_places import NOWHERE, Photos, place

DIGESTS = sorted(f"{n * 2654435761 % 2**32:08x}{'00' * 28}" for n in range(14))  # zeros at the end
numbers = st.integers(0, len(DIGESTS) - 1)
some = st.dictionaries(numbers, st.sampled_from(SPLITS), max_size=4)


@given(
    st.lists(st.sets(numbers, min_size=1, max_size=4), max_size=8),
    some,
    some,
    st.lists(st.tuples(numbers, numbers), max_size=4),
    st.integers(0, 9),
)
def test_photos_stand_where_links_between_their_hashes_place_them(sets, known, required, alike, seed):
    same = list(range(len(DIGESTS)))
    for one, other in alike:
        low, high = sorted((same[one], same[other]))
        same = [low if each == high else each for each in same]
    shares = (50, 20, 30)
    expected = place_links(
        [{DIGESTS[n] for n in each} for each in sets],
        {DIGESTS[n]: split for n, split in known.items()},
        {digest: DIGESTS[first] for digest, first in zip(DIGESTS, same, strict=True)},
        {DIGESTS[n]: split for n, split in required.items()},
        seed=seed,
        shares=shares,
    )
    keys = np.arange(len(DIGESTS))[::-1] * 3
    photos = Photos(keys, np.array([bytes.fromhex(each) for each in DIGESTS], "S32"), np.array(same))
    ends = [(n, min(each)) for each in sets for n in each]
    left, right = np.array(ends, np.int64).reshape(-1, 2).T
    stored = {
        "photo": np.array([*known], np.int64),
        "split": np.array([SPLITS.index(each) for each in known.values()], np.int64),
    }
    only = {DIGESTS[n]: split for n, split in required.items()}
    placed = place(photos, (left, right), stored, only, seed=seed, shares=shares)
    found = zip(DIGESTS, placed.split.tolist(), strict=True)
    assert {digest: SPLITS[split] for digest, split in found if split != NOWHERE} == expected.photos
    assert {DIGESTS[n] for n in np.flatnonzero(placed.torn).tolist()} == expected.bridged
    groups = np.repeat(np.arange(len(sets)), [len(each) for each in sets])
    members = np.array([n for each in sets for n in each], np.int64)
    of_sets = placed.of_groups(groups, members, len(sets))
    names = [None if split == NOWHERE else SPLITS[split] for split in of_sets.tolist()]
    assert names == [expected.split_of(DIGESTS[n] for n in each) for each in sets]
    assert [photos.sha256(n) for n in range(len(DIGESTS))] == DIGESTS
    assert photos.numbers(keys).tolist() == list(range(len(DIGESTS)))
