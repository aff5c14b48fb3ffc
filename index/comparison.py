"""Blocks of vectors against blocks of vectors: the pairs that may lie in the band, decided exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.corpus import Corpus
from index.edges import Indices
from index.join_scratch import Arrays
from index.kernels import copy_rows, pairs_at_least, products_of_pairs
from index.products import Products, heights, padded, rows_in_cache

_COLUMNS = 1024
"""Most vectors that others are multiplied with at once."""
_HELD = 1 << 22
"""Pairs held before those beyond ``top_k`` are let go: 67 MB."""
_SPARE = 8
"""Neighbours kept beyond ``top_k``, whose order the last bits of float32 may have upset."""


Candidates = tuple[Indices, Indices]
"""Names of vectors that ask, and names of data."""


class Comparison:
    """Compares vectors that ask with data. For one thread: its buffers are used again and again."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        dimension = corpus.table.shape[1]
        error = corpus.arithmetic.error(dimension)
        self._least = corpus.arithmetic.at_most(np.array([corpus.low - error], np.float32))[0]
        self._certain = corpus.arithmetic.at_least(np.array([corpus.high + error], np.float32))[0]
        widths = range(32, _COLUMNS + 1, 32)
        size = max(width * rows_in_cache(width, corpus.arithmetic) for width in widths)
        most = rows_in_cache(1, corpus.arithmetic)
        self._products = Products(corpus.arithmetic, dimension, most, _COLUMNS, size, corpus.device)
        self._found = np.empty(size, np.int64), np.empty(size, np.int64)
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
        copy_rows(corpus.table, data, self._products.columns)
        end = 0
        for height in heights(len(asking), rows_in_cache(width, corpus.arithmetic)):
            part = asking[end : end + height]
            end += height
            copy_rows(corpus.table, part, self._products.rows)
            tile = self._products.multiply(height, width)
            limits = self._least, self._certain
            count = pairs_at_least(
                tile, part, data, *limits, corpus.distinct.photos, self._above, *self._found
            )
            if count:
                one, other = self._found
                self._hold(one[:count].copy(), other[:count].copy())

    def _hold(self, asking: Indices, data: Indices) -> None:
        self._here.append((asking, data))
        self._held += len(asking)
        if self._corpus.top_k is not None and self._held > _HELD:
            self._here = [self._nearest()]
            self._held = len(self._here[0][0])

    def _nearest(self) -> Candidates:
        """What is held of this cell; of each that asks only the nearest, some more than count.

        Float32 puts them in order, and exact cosines choose in the end.
        """
        asking, data = _joined(self._here)
        if self._corpus.top_k is None or len(asking) <= self._corpus.top_k:
            return asking, data
        products, rows = np.empty(len(asking), np.float32), self._corpus.distinct.rows
        products_of_pairs(np.asarray(self._corpus.vectors), rows[asking], rows[data], products)
        order = np.lexsort((data, -products, asking))
        asking, data = asking[order], data[order]
        kept = places_in_runs(asking) < self._corpus.top_k + _SPARE
        return asking[kept], data[kept]

    def decided(self) -> Arrays:
        """What was found since the last call, decided by exact cosines.

        Returns:
            ``left`` < ``right`` int64 [pairs] and ``similarity`` float32 [pairs]: the pairs in the band.
            ``above`` int64: vectors with something of another photo above it. ``above_left`` and
            ``above_right``: pairs above it of which one vector stands for several photos.
        """
        one, other = _joined(self._kept)
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
        return np.empty(0, np.int64), np.empty(0, np.int64)
    asking, data = (np.concatenate(each) for each in zip(*parts, strict=True))
    return asking, data
