"""Loops over blocks of numbers that would leave the processor's cache if numpy ran them one by one.

Compiled by numba at first use. Products are float32, or bfloat16 seen as int16: for positive numbers both
have the same order, and a negative one lies below every positive one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Compiled = TypeVar("Compiled", bound=Callable[..., Any])
Array = NDArray[Any]

LANES = 128
"""Columns that are so many apart share a lane. The highest of each lane is kept, because it is found at the
speed of the cache and lets a second look at a row skip most of it."""


def _compiled(function: Compiled) -> Compiled:
    try:
        made: Any = numba.njit(nogil=True, fastmath=True, cache=True)(function)
    except RuntimeError:  # no folder is writable: compiled again by each process
        made = numba.njit(nogil=True, fastmath=True)(function)
    return cast(Compiled, made)


@_compiled
def read_rows(words: Array, hashes: Array, lengths: Array) -> None:
    """A hash and the squared length of each row.

    Args:
        words: uint32 [rows, dimension], the bits of float32.
        hashes: uint64 [rows], written.
        lengths: float64 [rows], written.
    """
    values = words.view(np.float32)
    for row in range(words.shape[0]):
        digest = np.uint64(0xCBF29CE484222325)
        length = 0.0
        for column in range(words.shape[1]):
            digest = (digest ^ np.uint64(words[row, column])) * np.uint64(0x9E3779B97F4A7C15)
            digest ^= digest >> np.uint64(29)
            length += np.float64(values[row, column]) * np.float64(values[row, column])
        hashes[row] = digest
        lengths[row] = length


@_compiled
def copy_rows(table: Array, names: Array, out: Array) -> None:
    """``out[n] = table[names[n]]``, without holding the interpreter."""
    for n in range(len(names)):
        name = names[n]
        for column in range(table.shape[1]):
            out[n, column] = table[name, column]


@_compiled
def best_of_rows(products: Array, rows: int, highest: Array, best: Array, where: Array) -> None:
    """The highest product of each row and its column, and the highest of each lane.

    Args:
        products: [at least rows, columns].
        rows: how many of them count.
        highest: [at least rows, lanes], written; as many lanes as columns, ``LANES`` at most.
        best: [at least rows], written.
        where: int32 [at least rows], written: the first column that holds the best.
    """
    columns = products.shape[1]
    lanes = highest.shape[1]
    for row in range(rows):
        for lane in range(lanes):
            highest[row, lane] = products[row, lane]
        end = lanes
        while end + lanes <= columns:
            for lane in range(lanes):
                highest[row, lane] = max(highest[row, lane], products[row, end + lane])
            end += lanes
        for column in range(end, columns):
            highest[row, column - end] = max(highest[row, column - end], products[row, column])
        top = highest[row, 0]
        for lane in range(1, lanes):
            top = max(top, highest[row, lane])
        best[row] = top
        first = columns
        for lane in range(lanes):
            if highest[row, lane] == top:
                for column in range(lane, columns, lanes):
                    if products[row, column] == top:
                        first = min(first, column)
                        break
        where[row] = first


@_compiled
def columns_at_least(
    products: Array,
    rows: int,
    highest: Array,
    least: Array,
    lowest: Array,
    nothing: float,
    found: Array,
    at: Array,
    values: Array,
) -> int:
    """Columns of each row whose product is ``least`` or more, or ``lowest`` or less.

    Args:
        products: as above, with ``highest`` of each lane.
        least: [rows].
        lowest: [rows]; ``nothing`` but for bfloat16, where a threshold below zero has two sides.
        nothing: what ``lowest`` is for rows that have one threshold.
        found: int32, rows; written.
        at: int32, columns; written.
        values: products; written.

    Returns:
        How many were written.
    """
    columns = products.shape[1]
    count = 0
    for row in range(rows):
        both = lowest[row] > nothing
        for lane in range(highest.shape[1]):
            if both or highest[row, lane] >= least[row]:
                for column in range(lane, columns, highest.shape[1]):
                    value = products[row, column]
                    if value >= least[row] or (both and value <= lowest[row]):
                        found[count] = row
                        at[count] = column
                        values[count] = value
                        count += 1
    return count


@_compiled
def pairs_at_least(
    products: Array,
    asking: Array,
    data: Array,
    least: float,
    certain: float,
    photos: Array,
    above: Array,
    found_asking: Array,
    found_data: Array,
    values: Array,
) -> int:
    """Pairs of different photos whose product is ``least`` or more.

    Pairs at ``certain`` or more are above the band whatever the rounding: they are marked, not listed,
    unless a photo key is negative, which stands for vectors of several photos.

    Args:
        products: [at least asking, at least data].
        asking: int64, names of the rows; ``data`` likewise of the columns.
        photos: int64 [vectors].
        above: bool [vectors], marked.
        found_asking: int64, names; written. ``found_data`` likewise.
        values: products; written.

    Returns:
        How many were written.
    """
    columns = len(data)
    count = 0
    for row in range(len(asking)):
        most = products[row, 0]
        for column in range(1, columns):
            most = max(most, products[row, column])
        if most < least:
            continue
        photo = photos[asking[row]]
        for column in range(columns):
            value = products[row, column]
            if value >= least and photo != photos[data[column]]:
                if value >= certain and photo >= 0 and photos[data[column]] >= 0:
                    above[asking[row]] = True
                    above[data[column]] = True
                else:
                    found_asking[count] = asking[row]
                    found_data[count] = data[column]
                    values[count] = value
                    count += 1
    return count


@_compiled
def farthest_reached(
    to_pivot: Array,
    home_to_pivot: Array,
    best: Array,
    least: Array,
    error: float,
    widest: float,
    near: Array,
    reached: Array,
    counts: Array,
) -> int:
    """Which vectors can be close to some of a cell, and to how many of these, by the bounds of ``reach``.

    Args:
        to_pivot: float32 [vectors], products with the cell's pivot.
        home_to_pivot: float32 [vectors], of their own pivots with it.
        best: float32 [vectors], products with their own pivots.
        least: float64 [data], ascending: how similar to the pivot a vector has to be for each of the data.
        error: of the products.
        widest: the largest distance of two vectors that are close.
        near: int64 [vectors], written: which, the one that reaches most first.
        reached: int64 [vectors], written: how many each of ``near`` reaches.
        counts: int64 [data + 1], written over.

    Returns:
        How many were written.
    """
    counts[:] = 0
    far = np.zeros(len(to_pivot), np.int32)
    for n in range(len(to_pivot)):
        product = np.float64(to_pivot[n])
        if len(least) and product >= least[0]:
            apart = math.sqrt(max(2 * (1 + error) - 2 * np.float64(home_to_pivot[n]), 0.0))
            if np.float64(best[n]) - product <= widest * apart + 4 * error:
                far[n] = np.searchsorted(least, product, side="right")
                counts[far[n]] += 1
    start = 0
    for each in range(len(least), 0, -1):
        start += counts[each]
        counts[each] = start - counts[each]
    for n in range(len(far)):
        if far[n]:
            near[counts[far[n]]] = n
            reached[counts[far[n]]] = far[n]
            counts[far[n]] += 1
    return start


@_compiled
def products_of_pairs(vectors: Array, left: Array, right: Array, out: Array) -> None:
    """Cosines of pairs of unit rows, summed in float64: those of ``cosines`` but for the order of the sum.

    Args:
        vectors: float32 [objects, dimension].
        left: int64 [pairs]; ``right`` likewise.
        out: float64 [pairs], written.
    """
    for n in range(len(left)):
        total = 0.0
        for column in range(vectors.shape[1]):
            total += np.float64(vectors[left[n], column]) * np.float64(vectors[right[n], column])
        out[n] = total


@_compiled
def by_cell(cells: Array, names: Array, offsets: Array, ordered: Array) -> None:
    """Names sorted by their cell; those of one cell keep their order.

    Args:
        cells: int32 [names].
        names: integers [names].
        offsets: int64 [cells + 1], zeros; written: where each cell starts in ``ordered``, and the end.
        ordered: [names], written.
    """
    for n in range(len(cells)):
        offsets[cells[n] + 1] += 1
    for cell in range(1, len(offsets)):
        offsets[cell] += offsets[cell - 1]
    following = offsets[:-1].copy()
    for n in range(len(cells)):
        ordered[following[cells[n]]] = names[n]
        following[cells[n]] += 1
