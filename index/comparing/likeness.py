"""Places for vectors, so that those that are alike stand near each other.

What a cell is compared with is then read from few regions of the files instead of all over them. Where the
files are larger than the memory this decides between the speed of the processor and that of the disk.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage

from index.comparing.kernels import by_cell
from index.comparing.threads import finish, in_threads
from index.edges import Floats, Indices

_GROUPS = 256
_ROWS_AT_ONCE = 1 << 14


def places_by_likeness(vectors: Floats, rows: Indices, seed: int) -> NDArray[np.uint32]:
    """Where each vector stands among those of its group, groups that are alike next to each other.

    Args:
        vectors: float32 [objects, dimension].
        rows: int64 [distinct], those that get a place.

    Returns:
        uint32 [distinct], a permutation; within a group the order is that of the rows.
    """
    count = len(rows)
    if count < 2:
        return np.arange(count, dtype=np.uint32)
    chosen = np.random.default_rng([seed, 11]).choice(rows, min(_GROUPS, count), replace=False)
    pivots = vectors[np.sort(chosen)]
    pivots = pivots[leaves_list(linkage(pivots, "ward", optimal_ordering=True))]
    groups = _closest(vectors, rows, pivots)
    offsets, ordered = np.zeros(len(pivots) + 1, np.int64), np.empty(count, np.uint32)
    by_cell(groups, np.arange(count, dtype=np.uint32), offsets, ordered)
    places = np.empty(count, np.uint32)
    places[ordered] = np.arange(count, dtype=np.uint32)
    return places


def _closest(vectors: Floats, rows: Indices, pivots: Floats) -> NDArray[np.int32]:
    found = np.empty(len(rows), np.int32)
    columns = torch.from_numpy(pivots).T

    def worker() -> Callable[[int], None]:
        def find(start: int) -> None:
            part = slice(start, start + _ROWS_AT_ONCE)
            products = torch.from_numpy(vectors[rows[part]]) @ columns
            found[part] = products.argmax(dim=1).numpy()

        return find

    finish(in_threads(range(0, len(rows), _ROWS_AT_ONCE), worker))
    return found
