"""No more edges of an object than one can use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.comparison import places_in_runs
from index.edges import Edges, Floats, Indices, Pairs


@dataclass(frozen=True, slots=True)
class Capped:
    """What the caps took away."""

    edges: int
    """In the band, but not among the nearest of either object, or beyond ``max_degree`` of one."""
    hubs: int
    """Objects with more edges than ``max_degree`` before."""


def capped(
    pairs: Pairs, objects: int, above: NDArray[np.bool_], top_k: int | None, max_degree: int | None
) -> tuple[Edges, Capped]:
    """Edges sorted; of each object its ``top_k`` nearest, whichever way round, and ``max_degree`` at most.

    Ties go to the lower row.
    """
    left, right = np.minimum(pairs[0], pairs[1]), np.maximum(pairs[0], pairs[1])
    order = np.lexsort((right, left))
    left, right, similarity = left[order], right[order], pairs[2][order]
    degree = np.bincount(left, minlength=objects) + np.bincount(right, minlength=objects)
    kept = np.ones(len(left), np.bool_)
    if top_k is not None and len(left) and degree.max() > min(top_k, max_degree or top_k):
        of_left, of_right = _ranks(left, right, similarity)
        kept = (of_left < top_k) | (of_right < top_k)
        if max_degree is not None:
            kept &= (of_left < max_degree) & (of_right < max_degree)
    hubs = int(np.count_nonzero(degree > max_degree)) if max_degree is not None else 0
    lost = Capped(int(np.count_nonzero(~kept)), hubs)
    return Edges(left[kept], right[kept], similarity[kept], above), lost


def _ranks(left: Indices, right: Indices, similarity: Floats) -> tuple[Indices, Indices]:
    """The place of each edge among those of its left and of its right object, nearest first."""
    count = len(left)
    objects, others = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((others, -np.concatenate([similarity, similarity]), objects))
    ranks = np.empty(2 * count, np.int64)
    ranks[order] = places_in_runs(objects[order])
    return ranks[:count], ranks[count:]
