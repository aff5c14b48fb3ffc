"""Blocks of vectors against blocks of vectors: the pairs that may lie in the band, decided exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.corpus import Corpus
from index.edges import Indices
from index.join_scratch import Arrays
from index.kernels import copy_rows, pairs_at_least
from index.products import Products, heights, padded, rows_in_cache

_COLUMNS = 1024
"""Most vectors that others are multiplied with at once."""
_HELD = 1 << 22
"""Pairs held before those beyond ``top_k`` are let go: 70 MB."""


Candidates = tuple[Indices, Indices, NDArray[Any]]
"""Names of vectors that ask, names of data, and their product as it is stored."""


class Comparison:
    """Compares vectors that ask with data. For one thread: its buffers are used again and again."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        kind, dimension = corpus.arithmetic.stored, corpus.table.shape[1]
        error = corpus.arithmetic.error(dimension)
        self._least = corpus.arithmetic.at_most(np.array([corpus.low - error], np.float32))[0]
        self._certain = corpus.arithmetic.at_least(np.array([corpus.high + error], np.float32))[0]
        self._rows = np.zeros((rows_in_cache(1, corpus.arithmetic), dimension), kind)
        self._columns = np.zeros((_COLUMNS, dimension), kind)
        self._row_numbers, self._column_numbers = map(corpus.arithmetic.tensor, (self._rows, self._columns))
        size = max(
            rows_in_cache(columns, corpus.arithmetic) * columns for columns in range(32, _COLUMNS + 1, 32)
        )
        self._products = Products(corpus.arithmetic, size, corpus.device)
        self._found = (np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, kind))
        self._above = np.zeros(len(corpus), np.bool_)
        self._here: list[Candidates] = []
        self._held = 0
        self._kept: list[Candidates] = []

    def compare(self, asking: Indices, data: Indices) -> None:
        """Keep the pairs that may lie in the band, and of each that asks the nearest.

        Args:
            asking: int64 [asking], names of vectors.
            data: int64 [data], likewise: all of a cell.
        """
        for start in range(0, len(data), _COLUMNS):
            self._compare_with(data[start : start + _COLUMNS], asking)
        if self._here:
            self._kept.append(self._nearest())
            self._here, self._held = [], 0

    def _compare_with(self, data: Indices, asking: Indices) -> None:
        corpus, width = self._corpus, padded(len(data), _COLUMNS)
        copy_rows(corpus.table, data, self._columns)
        columns = self._column_numbers[:width]
        end = 0
        for height in heights(len(asking), rows_in_cache(width, corpus.arithmetic)):
            part = asking[end : end + height]
            end += height
            copy_rows(corpus.table, part, self._rows)
            tile = self._products.of(self._row_numbers[:height], columns)
            limits = self._least, self._certain
            count = pairs_at_least(
                tile, part, data, *limits, corpus.distinct.photos, self._above, *self._found
            )
            if count:
                one, other, products = self._found
                self._hold((one[:count].copy(), other[:count].copy(), products[:count].copy()))

    def _hold(self, found: Candidates) -> None:
        self._here.append(found)
        self._held += len(found[0])
        if self._corpus.top_k is not None and self._held > _HELD:
            self._here = [self._nearest()]
            self._held = len(self._here[0][0])

    def _nearest(self) -> Candidates:
        """What is held of this cell; of each that asks only the nearest, twice as many as count.

        Products are rounded, and exact cosines choose the nearest in the end.
        """
        asking, data, products = _joined(self._here)
        if self._corpus.top_k is None or len(asking) <= 2 * self._corpus.top_k:
            return asking, data, products
        order = np.lexsort((data, -self._corpus.arithmetic.numbers(products), asking))
        asking, data, products = asking[order], data[order], products[order]
        kept = places_in_runs(asking) < 2 * self._corpus.top_k
        return asking[kept], data[kept], products[kept]

    def decided(self) -> Arrays:
        """What was found since the last call, decided by exact cosines.

        Returns:
            ``left`` < ``right`` int64 [pairs] and ``similarity`` float32 [pairs]: the pairs in the band.
            ``above`` int64: vectors with something of another photo above it. ``above_left`` and
            ``above_right``: pairs above it of which one vector stands for several photos.
        """
        one, other, _ = _joined(self._kept)
        left, right = unique_pairs(one, other, len(self._corpus.table))
        similarity = self._corpus.similarity(left, right)
        over = similarity.astype(np.float64) > self._corpus.high
        inside = ~over & (similarity.astype(np.float64) >= self._corpus.low)
        photos = self._corpus.distinct.photos
        several = over & ((photos[left] < 0) | (photos[right] < 0))
        plain = over & ~several
        self._above[left[plain]] = self._above[right[plain]] = True
        above = np.flatnonzero(self._above)
        self._above[above] = False
        self._kept = []
        return {
            "left": left[inside],
            "right": right[inside],
            "similarity": similarity[inside],
            "above": above,
            "above_left": left[several],
            "above_right": right[several],
        }


def unique_pairs(one: Indices, other: Indices, count: int) -> tuple[Indices, Indices]:
    """Each pair once, the lower name on the left, sorted. Names are below ``count``."""
    keys = np.unique(np.minimum(one, other) * count + np.maximum(one, other))
    left, right = np.divmod(keys, count) if count else (keys, keys)
    return left, right


def places_in_runs(names: NDArray[Any]) -> Indices:
    """How many equal names stand before each one, in a sorted array. int64 [names]."""
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1])) if len(names) else names[:0]
    lengths = np.diff(np.append(starts, len(names)))
    return np.arange(len(names)) - np.repeat(starts, lengths).astype(np.int64)


def _joined(parts: list[Candidates]) -> Candidates:
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    asking, data, products = (np.concatenate(each) for each in zip(*parts, strict=True))
    return asking, data, products
