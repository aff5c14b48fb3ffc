"""Which vectors of a cell can be close to given ones at all, by the angles to pivots.

Nothing that lies in the band is left out: both bounds follow from the triangle inequality.

1. The angle between two vectors is at least the difference of their angles to a pivot.
2. Let i lie closest to pivot H and x to pivot P. Then (H - P)(i - x) is at least the gap of i to P, so that i
   and x are at least that divided by |H - P| apart.
"""

from __future__ import annotations

from math import acos, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.comparing.cell_by_cell import Placement
from index.comparing.cells import ALL, Cells
from index.comparing.corpus import Corpus
from index.comparing.kernels import farthest_reached
from index.comparing.products import Products
from index.edges import Floats, Indices
from index.exact import NORM_TOLERANCE

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
        self._error = corpus.error + 3 * NORM_TOLERANCE
        self._low = max(-1.0, min(1.0, corpus.low - self._error))
        cells = placement.cells
        self._numbers = cells.arithmetic.numbers
        self._best = placement.best[chosen]
        self._to_pivots = _similarities(cells, cells.table[chosen])
        self._home_to_pivots = _similarities(cells, cells.pivots[placement.home[chosen]])

    def of(self, cell: int) -> tuple[Indices, Indices, Indices]:
        """Chosen vectors, the vectors of the cell, and with how many of these, from the first on, to compare
        each of the chosen ones; they come in descending order of it.
        """
        data = self._placement.lying_in(cell)
        data = data[np.argsort(self._placement.best[data], kind="stable")]
        near, reached = np.empty(len(self._chosen), np.int64), np.empty(len(self._chosen), np.int64)
        count = farthest_reached(
            self._numbers(self._to_pivots[cell]),
            self._numbers(self._home_to_pivots[cell]),
            self._best,
            self._least(self._placement.best[data]),
            self._error,
            sqrt(2 - 2 * self._low),
            near,
            reached,
            np.empty(len(data) + 1, np.int64),
        )
        return self._chosen[near[:count]], data, reached[:count]

    def _least(self, best: Floats) -> Floats:
        """By the first bound: how similar to a pivot is what is close to vectors that are so similar to it.

        float64, ascending if ``best`` is.
        """
        widest = acos(self._low) + np.arccos(np.clip(best.astype(np.float64) - self._error, -1, 1))
        least: Floats = np.where(widest < np.pi, np.cos(widest) - self._error, -ALL)
        return least


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
