"""Blocks of vectors against blocks of vectors: the pairs that may lie in the band."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.comparing.corpus import Corpus
from index.comparing.deciding import joined, judged, of_several_and_one, pair_names
from index.comparing.kernels import copy_rows, pairs_at_least
from index.comparing.products import Products, heights, padded, rows_in_cache
from index.comparing.ranks import nearest_first, places_that_count
from index.comparing.scratch import Arrays
from index.edges import Floats, Indices

_COLUMNS = 1024
"""Most vectors that others are multiplied with at once."""
_ROWS_REACHING = 1024
"""Vectors that ask at once where they do not reach equally far."""
_HELD = 1 << 22
"""Pairs held before they are decided and those beyond ``top_k`` let go: 67 MB for each thread, and some
300 MB while they are decided."""
_SPARE = 8
"""Neighbours kept beyond ``top_k``: their order is that of cosines within rounding of those that count."""
_PROPOSED_AT_ONCE = 1 << 14
"""Pairs proposed before they leave the buffers: numpy is slow at few."""
_NEVER = 4.0
"""No product of unit rows."""

Candidates = tuple[Indices, Indices, Floats]
"""Names of vectors that ask, names of data, and their cosine, which lies in the band."""


class Comparison:
    """Compares vectors that ask with data. For one thread: its buffers are used again and again."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        dimension = corpus.table.shape[1]
        arithmetic = corpus.arithmetic
        self._least = arithmetic.at_most(np.array([corpus.low - corpus.error], np.float32))[0]
        # A product of projected rows says by itself only what a pair is not.
        certain = corpus.high + corpus.error if corpus.beside is None else _NEVER
        self._certain = arithmetic.at_least(np.array([certain], np.float32))[0]
        widths = range(32, _COLUMNS + 1, 32)
        size = max(width * rows_in_cache(width, corpus.arithmetic) for width in widths)
        most = rows_in_cache(1, corpus.arithmetic)
        self._products = Products(corpus.arithmetic, dimension, most, _COLUMNS, size, corpus.device)
        size += _PROPOSED_AT_ONCE
        self._found = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, arithmetic.stored)
        self._proposed = 0
        self._above = np.zeros(len(corpus), np.bool_)
        self._over: list[tuple[Indices, Indices]] = []
        self._undecided: list[tuple[Indices, Indices]] = []
        self._held: list[Candidates] = []
        self._count, self._most, self._cut = 0, _HELD, 0
        self._floor: Floats | None = None
        """float32 [vectors], once some were let go: what is less similar than all that a vector holds."""

    def compare(self, asking: Indices, data: Indices, reached: Indices | None = None) -> None:
        """Keep the pairs in the band, of each vector that asks the nearest.

        Args:
            asking: int64 [asking], names of vectors.
            data: int64 [data], likewise.
            reached: int64 [asking], descending: with how many of the data, from the first on, each that asks
                has to be compared. Some more may be. None: with all.
        """
        for start in range(0, len(data), _COLUMNS):
            columns = data[start : start + _COLUMNS]
            copy_rows(self._corpus.table, columns, self._products.columns)
            if reached is None:
                self._compare_with(columns, asking)
            else:
                self._compare_reached(columns, asking, reached - start)

    def _compare_reached(self, columns: Indices, asking: Indices, reached: Indices) -> None:
        """Rows that reach about as far at once."""
        count = int(np.searchsorted(-reached, 0))
        for start in range(0, count, _ROWS_REACHING):
            part = asking[start : min(start + _ROWS_REACHING, count)]
            self._compare_with(columns[: reached[start]], part)

    def _compare_with(self, columns: Indices, asking: Indices) -> None:
        """The first of the vectors that are in the buffer, with all of these."""
        corpus, width = self._corpus, padded(len(columns), _COLUMNS)
        end = 0
        for height in heights(len(asking), rows_in_cache(width, corpus.arithmetic)):
            part = asking[end : end + height]
            end += height
            copy_rows(corpus.table, part, self._products.rows)
            tile = self._products.multiply(height, width)
            self._proposed += pairs_at_least(
                tile,
                part,
                columns,
                self._least,
                self._certain,
                corpus.distinct.photos,
                self._above,
                *(each[self._proposed :] for each in self._found),
            )
            if self._proposed >= _PROPOSED_AT_ONCE:
                self._hold_proposed()

    def _hold_proposed(self) -> None:
        """Take the proposed pairs out of the buffers; those that only their cosine can decide stay."""
        asking, data, products = (each[: self._proposed] for each in self._found)
        self._undecided.append(self._hopeful(asking, data, products))
        self._count += len(self._undecided[-1][0])
        self._proposed = 0
        if self._count > self._most:
            asking, data = joined(self._undecided)
            self._undecided = []
            self._decide(asking, data)
            self._most = max(_HELD, 2 * self._count)

    def _hopeful(self, asking: Indices, data: Indices, products: NDArray[Any]) -> tuple[Indices, Indices]:
        """Pairs that only their cosine can decide; the others are marked, or let go for nearer ones."""
        corpus, beside = self._corpus, self._corpus.beside
        if beside is None and self._floor is None:
            return asking.copy(), data.copy()  # the buffers are used again
        most = corpus.arithmetic.numbers(products) + np.float32(corpus.error)
        least = most - 2 * np.float32(corpus.error)
        hopeful = np.ones(len(asking), np.bool_)
        if beside is not None:
            least -= 2 * beside[asking] * beside[data]
            one, other = corpus.distinct.photos[asking], corpus.distinct.photos[data]
            over = (least > corpus.high) & (one >= 0) & (other >= 0)
            self._mark(asking[over], data[over])
            hopeful &= ~over
        if self._floor is not None:
            far = hopeful & (most < self._floor[asking])
            self._cut += int(np.count_nonzero(least[far] >= corpus.low))
            hopeful &= ~far
        return asking[hopeful], data[hopeful]

    def _decide(self, asking: Indices, data: Indices) -> None:
        """Of these pairs hold what lies in the band, of each vector the nearest, and mark what lies above."""
        similarity, inside, over = judged(self._corpus, asking, data)
        self._mark(asking[over], data[over])
        if self._floor is not None:
            near = similarity >= self._floor[asking]
            self._cut += int(np.count_nonzero(inside & ~near))
            inside &= near
        self._held.append((asking[inside], data[inside], similarity[inside].astype(np.float32)))
        if self._corpus.top_k is not None:
            self._let_go(self._corpus.top_k)
        held = sum(len(asking) for asking, _, _ in self._held)
        self._corpus.check_room(held)
        self._count = held + sum(len(asking) for asking, _ in self._undecided)

    def _mark(self, asking: Indices, data: Indices) -> None:
        """Pairs above the band; of several photos and of one they are not above for all their objects."""
        mixed = of_several_and_one(self._corpus, asking, data)
        self._above[asking[~mixed]] = self._above[data[~mixed]] = True
        if mixed.any():
            self._over.append((asking[mixed], data[mixed]))

    def _let_go(self, top_k: int) -> None:
        """Of each vector that asks only the nearest stay; ties go to the lower row, as in ``caps``."""
        asking, data, similarity = (np.concatenate(each) for each in zip(*self._held, strict=True))
        order = nearest_first(asking, similarity, self._corpus.distinct.rows[data])
        photos = self._corpus.distinct.photos
        place = places_that_count(asking[order], photos[data[order]], photos[asking[order]] < 0)
        kept, last = order[place < top_k + _SPARE], order[place == top_k + _SPARE - 1]
        if self._floor is None:
            self._floor = np.full(len(self._corpus), -np.inf, np.float32)
        self._floor[asking[last]] = similarity[last]  # of several of one vector the last, which is farthest
        self._cut += len(asking) - len(kept)
        self._held = [(asking[kept], data[kept], similarity[kept])]

    def proposed(self) -> Arrays:
        """What was found since the last call.

        Of a vector that has more pairs than ``top_k`` those beyond are let go, which takes its cosines. All
        others are left to be decided together, when a pair is there once and its vectors are read in order.

        Returns:
            ``pairs`` int64: names of the pairs that may lie in the band (``pair_names``), ascending.
            ``above`` int64: vectors all of whose objects have something of another photo above it.
            ``above_left`` and ``above_right``: pairs above it of which one vector stands for several photos.
            ``cut`` int64 [1]: pairs let go, each counted for every vector that let it go.
        """
        self._hold_proposed()
        asking, data = joined(self._undecided)
        self._undecided = []
        crowded = self._crowded(asking)
        if crowded.any():
            self._decide(asking[crowded], data[crowded])
        held = [(one, other) for one, other, _ in self._held]
        one, other = joined([*held, (asking[~crowded], data[~crowded])])
        over_left, over_right = joined(self._over)
        found = {
            "pairs": pair_names(one, other, len(self._corpus)),
            "above": np.flatnonzero(self._above),
            "above_left": over_left,
            "above_right": over_right,
            "cut": np.array([self._cut]),
        }
        self._above[found["above"]] = False
        self._over, self._held, self._floor = [], [], None
        self._count, self._most, self._cut = 0, _HELD, 0
        return found

    def _crowded(self, asking: Indices) -> NDArray[np.bool_]:
        """Which pairs are of a vector with more than it may keep."""
        if self._corpus.top_k is None:
            return np.zeros(len(asking), np.bool_)
        held = [one for one, _, _ in self._held]
        vectors, counts = np.unique(np.concatenate([asking, *held]), return_counts=True)
        return np.isin(asking, vectors[counts > self._corpus.top_k + _SPARE])
