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
        size = max(
            rows_in_cache(columns, corpus.arithmetic) * columns for columns in range(32, _COLUMNS + 1, 32)
        )
        self._products = Products(corpus.arithmetic, size, corpus.device)
        self._found = (np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, kind))
        self._above: list[Indices] = []
        self._here: list[Candidates] = []
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
            self._here = []

    def _compare_with(self, data: Indices, asking: Indices) -> None:
        arithmetic, photos = self._corpus.arithmetic, self._corpus.distinct.photos
        width = padded(len(data), _COLUMNS)
        copy_rows(self._corpus.table, data, self._columns)
        columns = arithmetic.tensor(self._columns[:width])
        data_photos, data_above = photos[data], np.zeros(len(data), np.bool_)
        end = 0
        for height in heights(len(asking), rows_in_cache(width, arithmetic)):
            part = asking[end : end + height]
            end += height
            copy_rows(self._corpus.table, part, self._rows)
            tile = self._products.of(arithmetic.tensor(self._rows[:height]), columns)
            above = np.zeros(len(part), np.bool_)
            limits = self._least, self._certain
            marks = photos[part], data_photos, above, data_above
            count = pairs_at_least(tile, len(part), len(data), *limits, *marks, *self._found)
            if above.any():
                self._above.append(part[above])
            if count:
                one, other, product = (each[:count] for each in self._found)
                self._hold((part[one], data[other], product.copy()))
        if data_above.any():
            self._above.append(data[data_above])

    def _hold(self, found: Candidates) -> None:
        self._here.append(found)
        if self._corpus.top_k is not None and sum(len(asking) for asking, *_ in self._here) > _HELD:
            self._here = [self._nearest()]

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
        above = np.unique(np.concatenate([*self._above, left[plain], right[plain]]))
        self._above, self._kept = [], []
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
