"""Vectors as they are read while pairs are proposed and decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.comparing.products import Arithmetic
from index.comparing.projection import Projection
from index.comparing.scratch import JoinScratch
from index.comparing.threads import cores, finish, in_threads
from index.edges import Floats, Indices

_ROWS_AT_ONCE = 1 << 14
_BYTES_LAID_OUT = 1 << 27
"""Read at once by all threads together, so that each group gets some pages of the file at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Distinct vectors, in the order of their places if they have such."""

    vectors: Floats
    """float32: what was given, or [distinct, dimension] in the order of the places."""
    table: NDArray[Any]
    """[distinct, width] as the arithmetic stores them."""
    beside: Floats | None
    """float32 [distinct]: the last numbers of projected rows."""


def store(
    vectors: Floats,
    rows: Indices,
    places: NDArray[np.uint32] | None,
    arithmetic: Arithmetic,
    projection: Projection | None,
    scratch: JoinScratch,
) -> Stored:
    """Write them to the scratch as far as they are not the same as what is given.

    Args:
        vectors: float32 [objects, dimension].
        rows: int64 [distinct], ascending.
        places: uint32 [distinct], where each goes; None: all stay in the order of ``rows``.
    """
    count, dimension = len(rows), vectors.shape[1]
    as_they_are = projection is None and arithmetic.name == "float32"
    if as_they_are and places is None and count == len(vectors):
        return Stored(vectors, vectors, None)
    laid_out = None if places is None else scratch.table("vectors", (count, dimension), np.dtype(np.float32))
    width = projection.width if projection else dimension
    table = laid_out if as_they_are else None
    if table is None:
        table = scratch.table("table", (count, width), arithmetic.stored)
    beside = np.empty(count, np.float32) if projection else None

    def worker() -> Callable[[range], None]:
        def fill(part: range) -> None:
            here = slice(part.start, part.stop) if places is None else places[part.start : part.stop]
            some = vectors[rows[part.start : part.stop]]
            if laid_out is not None:
                laid_out[here] = some
            if projection is not None and beside is not None:
                some = projection.of(some)
                beside[here] = some[:, -1]
            if table is not laid_out:
                table[here] = arithmetic.kept(some)

        return fill

    size = _ROWS_AT_ONCE if places is None else max(1, _BYTES_LAID_OUT // (4 * dimension * cores()))
    finish(in_threads((range(at, min(at + size, count)) for at in range(0, count, size)), worker))
    if laid_out is not None and table is not laid_out and table.size:
        scratch.hold("table")  # writing the vectors, which are more, may have driven it out of memory
        scratch.read_anywhere("vectors")
    return Stored(vectors if laid_out is None else laid_out, table, beside)
