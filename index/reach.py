"""Which vectors of a cell can be close to given ones at all, by the angles to pivots.

Nothing that lies in the band is left out: both bounds follow from the triangle inequality.

1. The angle between two vectors is at least the difference of their angles to a pivot.
2. Let i lie closest to pivot H and x to pivot P. If x does not ask at H, (H - P)(i - x) is at least the gap
   of i to P plus the margin, so that i and x are at least that divided by |H - P| apart.

Pairs of which x asks at H are compared apart.
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

_RING = 192
"""Vectors of a cell that are about as far from its pivot."""


class Reach:
    """What has to be compared with some vectors so that none of their pairs is missed.

    Args:
        corpus: All vectors.
        placement: Their cells, and who asks at them.
        chosen: int64 [chosen], names of some.
    """

    def __init__(self, corpus: Corpus, placement: Placement, chosen: Indices) -> None:
        self._placement, self._chosen = placement, chosen
        self._error = corpus.arithmetic.error(corpus.table.shape[1]) + 3 * NORM_TOLERANCE
        self._low = max(-1.0, min(1.0, corpus.low - self._error))
        self._home = placement.home[chosen]
        cells = placement.cells
        self._to_pivots = _similarities(cells, cells.table[chosen])
        self._near = self._may_be_near(_similarities(cells, cells.pivots[self._home]))

    def _may_be_near(self, home_to_pivots: Floats) -> NDArray[np.bool_]:
        """By the second bound, bool [cells, chosen]; consumes its argument, float32 of that shape."""
        apart = sqrt(2 - 2 * self._low)
        limit = np.sqrt(np.maximum(2 * (1 + self._error) - 2 * home_to_pivots, 0), out=home_to_pivots)
        limit *= apart
        limit += 4 * self._error - self._placement.margin
        np.maximum(limit, self._placement.margin, out=limit)
        gap = self._placement.best[self._chosen] - self._to_pivots
        near: NDArray[np.bool_] = gap <= limit
        return near

    def of(self, cell: int) -> Iterator[tuple[Indices, Indices]]:
        """Chosen vectors and others to compare them with: those of the cell, and those that ask at it."""
        data = self._placement.lying_in(cell)
        best = self._placement.best[data]
        order = np.argsort(-best, kind="stable")
        near = np.flatnonzero(self._near[cell])
        to_pivot = self._to_pivots[cell][near]
        for start in range(0, len(order), _RING):
            ring = order[start : start + _RING]
            least = self._least(float(best[ring[-1]]))
            yield self._chosen[near[to_pivot >= least]], data[ring]
        here = self._chosen[self._home == cell]
        if len(here):
            yield self._placement.asking_at(cell, self._placement.margin), here

    def _least(self, farthest: float) -> float:
        """By the first bound: how similar to a pivot is what is close to a vector that is ``farthest``."""
        widest = acos(self._low) + acos(max(-1.0, min(1.0, farthest - self._error)))
        return cos(widest) - self._error if widest < pi else -ALL


def _similarities(cells: Cells, rows: NDArray[Any]) -> Floats:
    """Of each pivot to each row, float32 [cells, rows]."""
    result = np.empty((len(cells), len(rows)), np.float32)
    products = Products(cells.arithmetic, rows.shape[1], _RING, len(rows), _RING * len(rows), cells.device)
    products.columns[:] = rows
    for start in range(0, len(cells), _RING):
        pivots = cells.pivots[start : start + _RING]
        products.rows[: len(pivots)] = pivots
        tile = products.multiply(_RING, len(rows))[: len(pivots)]
        result[start : start + len(pivots)] = cells.arithmetic.numbers(tile)
    return result
