"""No more edges of an object than one can use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.comparing.ranks import nearest_first, places_in_runs
from index.edges import Edges, Indices, Pairs


@dataclass(frozen=True, slots=True, eq=False)
class Capped:
    """What the caps took away."""

    edges: int
    """Found in the band, but not among the nearest of either object, or beyond ``max_degree`` of one."""
    hubs: int
    """Objects that are among the nearest of more than ``max_degree``."""
    full: NDArray[np.bool_]
    """bool [objects]: had as many edges as a cap allows, or more, before ``max_degree`` took any. Each edge
    taken away had one of these at least."""


def capped(
    pairs: Pairs, objects: int, above: NDArray[np.bool_], top_k: int | None, max_degree: int | None
) -> tuple[Edges, Capped]:
    """Edges sorted, of those that are among the ``top_k`` nearest of one object or the other.

    Of these, an object keeps the ``max_degree`` nearest; an edge stays if both keep it. Ties go to the
    lower row.
    """
    left, right = np.minimum(pairs[0], pairs[1]), np.maximum(pairs[0], pairs[1])
    order = np.lexsort((right, left))
    edges = Edges(left[order], right[order], pairs[2][order], above)
    if top_k is not None:
        of_left, of_right = _ranks(edges, objects, top_k)
        edges = _only(edges, (of_left < top_k) | (of_right < top_k))
    degree = _degree(edges, objects)
    full = degree >= min(top_k or objects, max_degree or objects)
    hubs = 0
    if max_degree is not None:
        hubs = int(np.count_nonzero(degree > max_degree))
        of_left, of_right = _ranks(edges, objects, max_degree)
        edges = _only(edges, (of_left < max_degree) & (of_right < max_degree))
    return edges, Capped(len(left) - len(edges), hubs, full)


def _degree(edges: Edges, objects: int) -> Indices:
    return np.bincount(edges.left, minlength=objects) + np.bincount(edges.right, minlength=objects)


def _only(edges: Edges, kept: NDArray[np.bool_]) -> Edges:
    return (
        edges
        if kept.all()
        else Edges(edges.left[kept], edges.right[kept], edges.similarity[kept], edges.above)
    )


def _ranks(edges: Edges, objects: int, most: int) -> tuple[Indices, Indices]:
    """The place of each edge among those of its left and of its right object, nearest first.

    All zero where no object has more than ``most``.
    """
    count = len(edges)
    if not count or _degree(edges, objects).max() <= most:
        return np.zeros(count, np.int64), np.zeros(count, np.int64)
    one, other = np.concatenate([edges.left, edges.right]), np.concatenate([edges.right, edges.left])
    order = nearest_first(one, np.concatenate([edges.similarity, edges.similarity]), other)
    ranks = np.empty(2 * count, np.int64)
    ranks[order] = places_in_runs(one[order])
    return ranks[:count], ranks[count:]
