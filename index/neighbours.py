"""The objects each object is joined to by an edge, in an order that the caller's keys fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.edges import Edges, Indices

Neighbours = dict[int, dict[int, float]]
"""Similarity of every two objects that are joined by an edge, in both directions, by rank."""


def objects_by_rank(n: int, keys: Sequence[Any] | None) -> Indices:
    """Row of the object of each rank. int64 [n]."""
    if keys is None:
        return np.arange(n)
    if len(keys) != n or len(set(keys)) != n:
        raise ValueError(f"{n} objects need as many different keys")
    return np.array(sorted(range(n), key=keys.__getitem__), dtype=np.int64)


def neighbours_of(edges: Edges, by_rank: Indices) -> Neighbours:
    """All edges, between ranks."""
    return _as_dicts(*_ranked(edges, by_rank))


def core(edges: Edges, by_rank: Indices, least: int) -> Neighbours:
    """What is left when objects of fewer than ``least`` neighbours go, again and again.

    Every clique of ``least`` + 1 objects survives this, and little else does: at the shares of
    ObjectMate's table 1 half of the objects with a neighbour have fewer than three.
    """
    one, other, similarity = _ranked(edges, by_rank)
    while True:
        degree = np.bincount(one, minlength=len(by_rank))
        kept = (degree[one] >= least) & (degree[other] >= least)
        if kept.all():
            return _as_dicts(one, other, similarity)
        one, other, similarity = one[kept], other[kept], similarity[kept]


def _ranked(edges: Edges, by_rank: Indices) -> tuple[Indices, Indices, NDArray[np.float32]]:
    """Both directions of every edge, sorted: int64 [2 edges], int64 [2 edges], float32 [2 edges]."""
    rank = np.empty_like(by_rank)
    rank[by_rank] = np.arange(len(by_rank))
    left, right = rank[edges.left], rank[edges.right]
    one, other = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((other, one))
    return one[order], other[order], np.concatenate([edges.similarity, edges.similarity])[order]


def _as_dicts(one: Indices, other: Indices, similarity: NDArray[np.float32]) -> Neighbours:
    found: Neighbours = {}
    for a, b, value in zip(one.tolist(), other.tolist(), similarity.tolist(), strict=True):
        found.setdefault(a, {})[b] = value
    return found
