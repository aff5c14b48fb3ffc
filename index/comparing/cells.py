"""Cells around pivots: each vector lies in one as data and asks at all that are nearly as close.

Pivots are vectors of the corpus, so that dense places get many small cells. A vector asks at every cell
whose pivot is at most a margin less similar than its closest one: the same margin costs little where cells
are clear-cut, and finds the pairs that a fixed number of cells misses where they are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.comparing.kernels import LANES, best_of_rows, by_cell, columns_at_least, copy_rows
from index.comparing.products import Arithmetic, Products, rows_in_cache
from index.comparing.scratch import Arrays
from index.edges import Indices

ALL = 2.1
"""The margin at which every vector asks at every cell, whatever the rounding."""
GAPS = 1 << 15
"""Steps in which gaps between 0 and ``ALL`` are kept."""
_ROWS = 256
"""Vectors compared with all pivots at once: their products leave a core's cache, not the processor's."""
_PROBES_EXPECTED = 20
"""Cells a vector asks at, weighted by their size, at recall .999 of a million synthetic vectors."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Pivots of all cells, and what they are compared with."""

    table: NDArray[Any]
    """[vectors, dimension] as the arithmetic stores them."""
    pivots: NDArray[Any]
    """[cells, dimension] likewise."""
    arithmetic: Arithmetic
    device: torch.device

    def __len__(self) -> int:
        return len(self.pivots)


def suitable_count(vectors: int) -> int:
    """Cells at which choosing them costs as much as comparing within them."""
    return max(1, round(math.sqrt(_PROBES_EXPECTED * vectors)))


def make_cells(
    table: NDArray[Any], count: int, seed: int, arithmetic: Arithmetic, device: torch.device
) -> Cells:
    """Choose the pivots at random, ``count`` of them."""
    chosen = np.random.default_rng(seed).choice(len(table), size=min(count, len(table)), replace=False)
    return Cells(table, np.array(table[np.sort(chosen)]), arithmetic, device)


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """Where some vectors lie, and the cells they ask at."""

    home: NDArray[np.int32]
    """[vectors]: the closest cell."""
    best: NDArray[np.float32]
    """[vectors]: similarity to its pivot."""
    names: NDArray[np.uint32]
    """[asked]: a vector that asks."""
    cells: NDArray[np.int32]
    """[asked]: the cell it asks at."""
    gap: NDArray[np.uint16]
    """[asked]: how much less similar its pivot is than the closest one, in parts of ``ALL / GAPS``."""


class Closest:
    """Similarity of vectors to all pivots, a block at a time. For one thread.

    Args:
        cells: of which the pivots are compared.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        kind, count = cells.arithmetic.stored, len(cells)
        self.block = max(_ROWS, rows_in_cache(count, cells.arithmetic))
        dimension = cells.table.shape[1]
        self._products = Products(
            cells.arithmetic, dimension, self.block, count, self.block * count, cells.device
        )
        self._products.columns[:] = cells.pivots
        self._highest = np.empty((self.block, min(count, LANES)), kind)
        self._best = np.empty(self.block, kind)
        self._where = np.empty(self.block, np.int32)
        size = self.block * count
        self._found = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, kind)

    def within(self, names: Indices, margin: float) -> Asking:
        """At most ``block`` vectors: their cells, and all they ask at."""
        tile, numbers = self._compare(names), self._cells.arithmetic.numbers
        count = len(names)
        best = numbers(self._best[:count].copy())  # the buffer is used again
        least, lowest, nothing = self._thresholds(best - np.float32(margin))
        asked = columns_at_least(tile, count, self._highest, least, lowest, nothing, *self._found)
        rows, cells, products = (each[:asked] for each in self._found)
        # Below zero where no product is positive: the order of bfloat16 is upside down there.
        gap = np.clip((best[rows] - numbers(products)) * (GAPS / ALL), 0, GAPS).astype(np.uint16)
        return Asking(self._where[:count].copy(), best, names[rows].astype(np.uint32), cells.copy(), gap)

    def _compare(self, names: Indices) -> NDArray[Any]:
        copy_rows(self._cells.table, names, self._products.rows)
        tile = self._products.multiply(self.block, len(self._cells))
        best_of_rows(tile, len(names), self._highest, self._best, self._where)
        return tile

    def _thresholds(self, least: NDArray[np.float32]) -> tuple[NDArray[Any], NDArray[Any], Any]:
        """What ``columns_at_least`` compares with. bfloat16 seen as int16 has its order for one sign only."""
        if self._cells.arithmetic.name == "float32":
            none = np.finfo(np.float32).min
            return least, np.full(len(least), none), none
        nothing = np.int16(-32768)
        size = self._cells.arithmetic.at_least(-least)
        two_sided = np.where(least < 0, nothing + size, nothing).astype(np.int16)
        return self._cells.arithmetic.at_most(least), two_sided, nothing


def assignment(cells: Cells, margin: float) -> Callable[[], Callable[[range], Arrays]]:
    """For ``in_threads``: the cells of a range of vectors.

    Its result: ``home`` and ``best`` [vectors] as in ``Asking``; ``asking`` and ``gap`` [asked] likewise,
    sorted by the cell asked; ``offsets`` int64 [cells + 1] into these.
    """

    def worker() -> Callable[[range], Arrays]:
        closest = Closest(cells)
        return lambda part: _assigned(closest, part, len(cells), margin)

    return worker


def _assigned(closest: Closest, part: range, cells: int, margin: float) -> Arrays:
    starts = range(part.start, part.stop, closest.block)
    blocks = [
        closest.within(np.arange(start, min(start + closest.block, part.stop)), margin) for start in starts
    ]
    asked = np.concatenate([block.cells for block in blocks])
    offsets, order = np.zeros(cells + 1, np.int64), np.empty(len(asked), np.int64)
    by_cell(asked, np.arange(len(asked)), offsets, order)
    return {
        "home": np.concatenate([block.home for block in blocks]),
        "best": np.concatenate([block.best for block in blocks]),
        "asking": np.concatenate([block.names for block in blocks])[order],
        "gap": np.concatenate([block.gap for block in blocks])[order],
        "offsets": offsets,
    }
