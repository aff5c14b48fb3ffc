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


def places_that_count(names: NDArray[Any], photos: Indices, several: NDArray[np.bool_]) -> Indices:
    """At most how many others before each one are of use to all objects of a vector.

    To an object of a photo nothing of that photo is. So of a vector that stands for objects of several
    photos as many are left out as any one photo has before it.

    Args:
        names: of the vectors that ask, in runs, nearest first.
        photos: int64, photo key of the other one of each pair.
        several: bool, whether the one that asks stands for objects of several photos.

    Returns:
        int64, ascending within each run.
    """
    places = places_in_runs(names)
    rows = np.flatnonzero(several)
    if not len(rows):
        return places
    run = np.cumsum(np.append(False, names[rows][1:] != names[rows][:-1]))
    order = np.lexsort((photos[rows], run))
    apart = (np.diff(run[order]) != 0) | (np.diff(photos[rows][order]) != 0)
    of_photo = np.empty(len(rows), np.int64)
    of_photo[order] = 1 + places_in_runs(np.cumsum(np.append(False, apart)))
    begin = run * (len(rows) + 1)
    places[rows] -= np.maximum.accumulate(begin + of_photo) - begin
    return places


def sorted_once(numbers: Indices) -> Indices:
    """Each number once, ascending; what is given is sorted. Quicker than ``np.unique``, which hashes."""
    numbers.sort()
    once: Indices = numbers[np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]]
    return once
