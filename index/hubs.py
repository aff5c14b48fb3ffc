"""Objects that are neighbours of very many: what the edges of a run say of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.edges import Indices


def k_occurrences(
    left: Indices, right: Indices, similarity: NDArray[np.floating], photo_keys: Indices, k: int = 3
) -> Indices:
    """How often each object is among the ``k`` most similar neighbours of another (its in-degree).

    Of several neighbours in one photo key only the most similar counts, as in ``counts``; of equally similar
    ones the lower row does.

    Args:
        left: int64 [edges], row of one object of each edge.
        right: int64 [edges], row of the other.
        similarity: float [edges].
        photo_keys: int64 [objects].
        k: neighbours that each object names.

    Returns:
        int64 [objects].
    """
    one, other = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((other, -np.concatenate([similarity, similarity]), one))
    one, other = one[order], other[order]
    # The best of each object and photo: sorting is stable, so it stays before the others of that photo.
    by_photo = np.lexsort((photo_keys[other], one))
    first = _changes(one[by_photo]) | _changes(photo_keys[other[by_photo]])
    kept = np.sort(by_photo[first])
    one, other = one[kept], other[kept]
    starts = np.flatnonzero(_changes(one))
    rank = np.arange(len(one)) - np.repeat(starts, np.diff(np.append(starts, len(one))))
    return np.bincount(other[rank < k], minlength=len(photo_keys)).astype(np.int64)


def _changes(column: Indices) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first always does."""
    changed = np.ones(len(column), dtype=np.bool_)
    changed[1:] = column[1:] != column[:-1]
    return changed
