"""Pairs in the order in which the caps take them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.edges import Floats, Indices


def nearest_first(names: Indices, similarity: Floats, ties: Indices) -> Indices:
    """The order by name, of each the most similar first, and of equal ones the lowest of ``ties``.

    One number stands for name and similarity, because sorting by several takes many times as long.

    Args:
        names: int64 [pairs], below 2^32.
        similarity: float32 [pairs].
        ties: int64 [pairs].

    Returns:
        int64 [pairs].
    """
    bits = (similarity + np.float32(0)).view(np.uint32)  # no -0, which is as much as 0
    ascending = np.where(bits >> np.uint32(31), ~bits, bits | np.uint32(1 << 31))
    keys = (names.astype(np.uint64) << np.uint64(32)) | ~ascending
    order = np.argsort(keys)
    keys = keys[order]
    same = keys[1:] == keys[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        order[tied] = order[tied][np.lexsort((ties[order[tied]], keys[tied]))]
    return order


def places_in_runs(names: NDArray[Any]) -> Indices:
    """How many equal names stand before each one, in a sorted array. int64 [names]."""
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1])) if len(names) else names[:0]
    lengths = np.diff(np.append(starts, len(names)))
    return np.arange(len(names)) - np.repeat(starts, lengths).astype(np.int64)
