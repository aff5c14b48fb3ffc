"""Near-duplicate photos by perceptual hash."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import near_duplicates
from index.near_duplicates import near_duplicate_keys

hashes = st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 3, 7, 2**63, 2**64 - 1]), max_size=12)


def plain_keys(values: list[int], distance: int) -> list[int]:
    keys = list(range(len(values)))
    for _ in values:
        for i, a in enumerate(values):
            for j, b in enumerate(values):
                if (a ^ b).bit_count() <= distance:
                    keys[i] = keys[j] = min(keys[i], keys[j])
    return keys


@given(hashes, st.integers(0, 64))
def test_keys_are_the_smallest_index_of_everything_that_hangs_together(values, distance):
    keys = near_duplicate_keys(np.array(values, dtype=np.uint64), distance)
    assert keys.dtype == np.int64
    assert keys.tolist() == plain_keys(values, distance)


@pytest.mark.parametrize("agreeing", [0, 1, 2, 3])
@given(values=st.lists(st.integers(0, 63), max_size=40), distance=st.integers(0, 4))
def test_the_parts_in_which_near_duplicates_agree_are_a_matter_of_speed_alone(agreeing, values, distance):
    spread = np.array(
        [sum((value >> bit & 1) << 11 * bit for bit in range(6)) for value in values], np.uint64
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(near_duplicates, "_agreeing_parts", lambda *_: agreeing)
        patched.setattr(near_duplicates, "_LONG", 4)
        keys = near_duplicate_keys(spread, distance)
    assert keys.tolist() == plain_keys(spread.tolist(), distance)


def test_many_hashes_are_not_all_compared(monkeypatch):
    compared = []
    plain = np.bitwise_count

    def counting(differing):
        compared.append(differing.size)
        return plain(differing)

    monkeypatch.setattr(near_duplicates.np, "bitwise_count", counting)
    values = np.random.default_rng(0).integers(0, 2**64, 20_000, dtype=np.uint64)
    values[-1] = values[0] ^ np.uint64(0b101)
    assert near_duplicate_keys(values)[-1] == 0
    assert sum(compared) < len(values) ** 2 / 50


def test_small_blocks_and_early_merging_change_nothing(monkeypatch):
    random = np.random.default_rng(0)
    values = random.integers(0, 2**64, 40, dtype=np.uint64)
    copies = values[random.integers(0, 40, 400)] ^ (
        np.uint64(1) << random.integers(0, 64, 400, dtype=np.uint64)
    )
    expected = near_duplicate_keys(copies)
    monkeypatch.setattr(near_duplicates, "PAIRS_AT_ONCE", 1000)
    monkeypatch.setattr(near_duplicates, "PAIRS_KEPT", 50)
    assert near_duplicate_keys(copies).tolist() == expected.tolist()
    assert len(set(expected.tolist())) == 40


def test_a_chain_of_close_photos_is_one_component():
    chain = np.array([(1 << i) - 1 for i in range(0, 64, 4)], dtype=np.uint64)
    assert near_duplicate_keys(chain, 4).tolist() == [0] * 16
    assert near_duplicate_keys(chain, 3).tolist() == list(range(16))


def test_no_photos_have_no_keys():
    assert near_duplicate_keys(np.empty(0, dtype=np.uint64)).tolist() == []


@pytest.mark.parametrize("distance", [-1, 65])
def test_distances_outside_the_hash_are_refused(distance):
    with pytest.raises(ValueError, match="0 to 64"):
        near_duplicate_keys(np.zeros(2, dtype=np.uint64), distance)
