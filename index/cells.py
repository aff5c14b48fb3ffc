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

from index.edges import Indices
from index.join_scratch import Arrays
from index.kernels import STRIP, best_of_rows, by_cell, columns_at_least, copy_rows
from index.products import Arithmetic, Products, rows_in_cache

ALL = 2.0
"""The margin at which every vector asks at every cell."""
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


class Closest:
    """Similarity of vectors to all pivots, a block at a time. For one thread.

    Args:
        cells: of which the pivots are compared.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        kind, count = cells.arithmetic.stored, len(cells)
        self.block = rows_in_cache(count, cells.arithmetic)
        self._rows = np.zeros((self.block, cells.table.shape[1]), kind)
        self._products = Products(cells.arithmetic, self.block * count, cells.device)
        self._pivots = cells.arithmetic.tensor(cells.pivots)
        self._highest = np.empty((self.block, -(-count // STRIP)), kind)
        self._best = np.empty(self.block, kind)
        self._where = np.empty(self.block, np.int32)
        self._found = np.empty(self.block * count, np.int32), np.empty(self.block * count, np.int32)

    def of(self, names: Indices) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Similarity of each vector to its closest pivot, float32 [names], and its cell, int32 [names]."""
        best, home = np.empty(len(names), np.float32), np.empty(len(names), np.int32)
        for start in range(0, len(names), self.block):
            part = names[start : start + self.block]
            self._compare(part)
            best[start : start + len(part)] = self._cells.arithmetic.numbers(self._best[: len(part)])
            home[start : start + len(part)] = self._where[: len(part)]
        return best, home

    def within(self, names: Indices, margin: float) -> tuple[NDArray[np.int32], Indices, NDArray[np.int32]]:
        """At most ``block`` vectors: their cells, and all they ask at.

        Returns:
            int32 [names]: the closest cell. Names [asked] and int32 [asked]: a vector and a cell it asks at.
        """
        tile = self._compare(names)
        count = len(names)
        best = self._cells.arithmetic.numbers(self._best[:count])
        least, lowest, nothing = self._thresholds(best - np.float32(margin + self._cells.arithmetic.step))
        rows, cells = self._found
        asked = columns_at_least(tile, count, self._highest, least, lowest, nothing, rows, cells)
        return self._where[:count].copy(), names[rows[:asked]], cells[:asked].copy()

    def _compare(self, names: Indices) -> NDArray[Any]:
        copy_rows(self._cells.table, names, self._rows)
        tile = self._products.of(self._cells.arithmetic.tensor(self._rows), self._pivots)
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

    Its result: ``home`` int32 [vectors]; ``asking`` uint32, vectors sorted by the cell they ask at;
    ``offsets`` int64 [cells + 1] into it.
    """

    def worker() -> Callable[[range], Arrays]:
        closest = Closest(cells)
        return lambda part: _assigned(closest, part, len(cells), margin)

    return worker


def _assigned(closest: Closest, part: range, cells: int, margin: float) -> Arrays:
    homes, names, asked = [], [], []
    for start in range(part.start, part.stop, closest.block):
        home, name, cell = closest.within(np.arange(start, min(start + closest.block, part.stop)), margin)
        homes.append(home)
        names.append(name.astype(np.uint32))
        asked.append(cell)
    name, cell = np.concatenate(names), np.concatenate(asked)
    offsets, ordered = np.zeros(cells + 1, np.int64), np.empty_like(name)
    by_cell(cell, name, offsets, ordered)
    return {"home": np.concatenate(homes), "asking": ordered, "offsets": offsets}
