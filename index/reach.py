"""Which vectors of a cell can be close to given ones at all, by the angles to pivots.

Nothing that lies in the band is left out: both bounds follow from the triangle inequality.

1. The angle between two vectors is at least the difference of their angles to a pivot.
2. Let i lie closest to pivot H and x to pivot P. Then (H - P)(i - x) is at least the gap of i to P, so that i
   and x are at least that divided by |H - P| apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import acos, cos, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.cell_comparison import Placement
from index.cells import ALL, Cells
from index.corpus import Corpus
from index.edges import Floats, Indices
from index.exact import NORM_TOLERANCE
from index.products import Products

_RING = 192 * 64
"""Numbers in the vectors of a ring, which are about as far from their pivot: narrow rings leave out more, but
take more steps."""
_NARROWEST = 48
_BLOCK = 128
"""Pivots compared at once."""


class Reach:
    """What has to be compared with some vectors so that none of their pairs is missed.

    Args:
        corpus: All vectors.
        placement: Their cells.
        chosen: int64 [chosen], names of some.
    """

    def __init__(self, corpus: Corpus, placement: Placement, chosen: Indices) -> None:
        self._placement, self._chosen = placement, chosen
        self._ring = max(_NARROWEST, _RING // corpus.table.shape[1])
        self._error = corpus.arithmetic.error(corpus.table.shape[1]) + 3 * NORM_TOLERANCE
        self._low = max(-1.0, min(1.0, corpus.low - self._error))
        cells = placement.cells
        self._numbers = cells.arithmetic.numbers
        self._best = placement.best[chosen]
        self._to_pivots = _similarities(cells, cells.table[chosen])
        self._home_to_pivots = _similarities(cells, cells.pivots[placement.home[chosen]])

    def of(self, cell: int) -> Iterator[tuple[Indices, Indices]]:
        """Chosen vectors, and vectors of the cell to compare them with."""
        data = self._placement.lying_in(cell)
        best = self._placement.best[data]
        order = np.argsort(-best, kind="stable")
        least = [
            self._least(float(best[order[min(end, len(order)) - 1]]))
            for end in range(self._ring, len(order) + self._ring, self._ring)
        ]
        to_pivot = self._numbers(self._to_pivots[cell])
        near = np.flatnonzero(to_pivot >= min(least, default=ALL))
        near = near[self._gap_allows(cell, near, to_pivot[near])]
        for number, bound in enumerate(least):
            ring = order[number * self._ring : (number + 1) * self._ring]
            yield self._chosen[near[to_pivot[near] >= bound]], data[ring]

    def _gap_allows(self, cell: int, near: Indices, to_pivot: Floats) -> NDArray[np.bool_]:
        """By the second bound, of those with these numbers."""
        home_to_pivot = self._numbers(self._home_to_pivots[cell][near])
        apart = np.sqrt(np.maximum(2 * (1 + self._error) - 2 * home_to_pivot, 0))
        allowed: NDArray[np.bool_] = (
            self._best[near] - to_pivot <= sqrt(2 - 2 * self._low) * apart + 4 * self._error
        )
        return allowed

    def _least(self, farthest: float) -> float:
        """By the first bound: how similar to a pivot is what is close to a vector that is ``farthest``."""
        widest = acos(self._low) + acos(max(-1.0, min(1.0, farthest - self._error)))
        return cos(widest) - self._error if widest < pi else -ALL


def _similarities(cells: Cells, rows: NDArray[Any]) -> NDArray[Any]:
    """Of each pivot to each row, [cells, rows] as the arithmetic stores them."""
    result = np.empty((len(cells), len(rows)), cells.arithmetic.stored)
    size, count = _BLOCK * len(rows), len(rows)
    products = Products(cells.arithmetic, rows.shape[1], _BLOCK, count, size, cells.device)
    products.columns[:] = rows
    for start in range(0, len(cells), _BLOCK):
        pivots = cells.pivots[start : start + _BLOCK]
        products.rows[: len(pivots)] = pivots
        result[start : start + len(pivots)] = products.multiply(_BLOCK, count)[: len(pivots)]
    return result
