"""Vectors as a join needs them: checked, the equal ones once, in the arithmetic that proposes pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.edges import Floats, Indices
from index.equal_rows import DistinctRows, distinct_rows
from index.exact import check_lengths, cosines
from index.join_scratch import JoinScratch
from index.kernels import read_rows
from index.products import Arithmetic
from index.projection import Projection
from index.threads import in_threads

_ROWS_AT_ONCE = 1 << 14


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Distinct vectors, and what makes two of them an edge."""

    vectors: Floats
    """float32 [objects, dimension]: what decides."""
    distinct: DistinctRows
    table: NDArray[Any]
    """[distinct, width] as the arithmetic stores them: what proposes. Of as many numbers as the vectors, or
    projected."""
    error: float
    """How far a product of two of its rows can lie below the cosine."""
    beside: Floats | None
    """float32 [distinct]: the last numbers of projected rows. A product lies above the cosine by less than
    twice the product of these, beside the error."""
    arithmetic: Arithmetic
    device: torch.device
    low: float
    high: float
    top_k: int | None

    def __len__(self) -> int:
        return len(self.distinct)

    def similarity(self, left: Indices, right: Indices) -> Floats:
        """The cosine that counts, of pairs of distinct vectors."""
        return cosines(self.vectors, self.distinct.rows[left], self.distinct.rows[right])


def row_hashes(vectors: Floats) -> NDArray[np.uint64]:
    """A hash of each row, uint64 [objects].

    Raises:
        ValueError: a row is neither of unit length nor zero.
    """
    hashes = np.empty(len(vectors), np.uint64)

    def worker() -> Callable[[int], None]:
        def read(start: int) -> None:
            rows = np.ascontiguousarray(vectors[start : start + _ROWS_AT_ONCE])
            lengths = np.empty(len(rows))
            read_rows(rows.view(np.uint32), hashes[start : start + len(rows)], lengths)
            check_lengths(np.sqrt(lengths), start)

        return read

    _finish(in_threads(range(0, len(vectors), _ROWS_AT_ONCE), worker))
    return hashes


def stored_table(
    vectors: Floats,
    distinct: DistinctRows,
    arithmetic: Arithmetic,
    projection: Projection | None,
    scratch: JoinScratch,
) -> tuple[NDArray[Any], Floats | None]:
    """``table`` and ``beside`` of the corpus; the table is the vectors themselves if that is the same."""
    if projection is None and arithmetic.name == "float32" and len(distinct) == len(vectors):
        return vectors, None
    width = projection.width if projection else vectors.shape[1]
    table = scratch.table((len(distinct), width), arithmetic.stored)
    beside = np.empty(len(distinct), np.float32) if projection else None

    def worker() -> Callable[[int], None]:
        def fill(start: int) -> None:
            rows = vectors[distinct.rows[start : start + _ROWS_AT_ONCE]]
            if projection is not None and beside is not None:
                rows = projection.of(rows)
                beside[start : start + len(rows)] = rows[:, -1]
            table[start : start + len(rows)] = arithmetic.kept(rows)

        return fill

    _finish(in_threads(range(0, len(distinct), _ROWS_AT_ONCE), worker))
    return table, beside


def distinct_vectors(vectors: Floats, hashes: NDArray[np.uint64], photo_keys: Indices) -> DistinctRows:
    """Which vectors are compared; photo keys of any numbers."""
    if len(photo_keys) and photo_keys.min() < 0:
        photo_keys = np.unique(photo_keys, return_inverse=True)[1]
    return distinct_rows(vectors, hashes, photo_keys)


def _finish(steps: Iterable[None]) -> None:
    for _ in steps:
        pass
