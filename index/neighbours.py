"""The objects each object is joined to by an edge, in an order that the caller's keys fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.edges import Edges, Floats, Indices

Neighbours = dict[int, dict[int, float]]
"""Similarity of every two objects that are joined by an edge, in both directions, by rank."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Both directions of every edge between ranks, sorted by ``one``, then ``other``."""

    one: Indices
    """int64 [2 edges]."""
    other: Indices
    """int64 [2 edges]."""
    similarity: Floats
    """float32 [2 edges]."""

    def starts(self) -> Indices:
        """Where the neighbours of each object that has any begin. int64 [objects with neighbours]."""
        return np.flatnonzero(np.append(True, self.one[1:] != self.one[:-1])[: len(self.one)])

    def as_dicts(self) -> Neighbours:
        starts = self.starts()
        others, values = self.other.tolist(), self.similarity.tolist()
        ends = np.append(starts, len(others))[1:].tolist()
        return {
            key: dict(zip(others[start:end], values[start:end], strict=True))
            for key, start, end in zip(self.one[starts].tolist(), starts.tolist(), ends, strict=True)
        }

    def nearest_first(self) -> Ranked:
        """The same, the most similar neighbours of each object first and of equals the lower rank."""
        return self.part(np.lexsort((self.other, -self.similarity, self.one)))

    def part(self, chosen: Indices | NDArray[np.bool_]) -> Ranked:
        return Ranked(self.one[chosen], self.other[chosen], self.similarity[chosen])


def objects_by_rank(n: int, keys: Sequence[Any] | None) -> Indices:
    """Row of the object of each rank. int64 [n]."""
    if keys is None:
        return np.arange(n)
    if len(keys) != n or len(set(keys)) != n:
        raise ValueError(f"{n} objects need as many different keys")
    return np.array(sorted(range(n), key=keys.__getitem__), dtype=np.int64)


def ranked(edges: Edges, by_rank: Indices) -> Ranked:
    """All edges, between ranks."""
    rank = np.empty_like(by_rank)
    rank[by_rank] = np.arange(len(by_rank))
    left, right = rank[edges.left], rank[edges.right]
    both = Ranked(
        np.concatenate([left, right]),
        np.concatenate([right, left]),
        np.concatenate([edges.similarity, edges.similarity]),
    )
    return both.part(np.lexsort((both.other, both.one)))


def core(edges: Edges, by_rank: Indices, least: int) -> Ranked:
    """What is left when objects of fewer than ``least`` neighbours go, again and again.

    Every clique of ``least`` + 1 objects survives this, and little else does: at the shares of
    ObjectMate's table 1 half of the objects with a neighbour have fewer than three.
    """
    left = ranked(edges, by_rank)
    while True:
        degree = np.bincount(left.one, minlength=len(by_rank))
        kept = (degree[left.one] >= least) & (degree[left.other] >= least)
        if kept.all():
            return left
        left = left.part(kept)


def different_photos(found: Ranked, photos: Indices) -> Indices:
    """Photo keys among the neighbours of each object. int64 [objects].

    Args:
        photos: int64 [objects], photo key by rank.
    """
    keys, number = np.unique(photos, return_inverse=True)
    pairs = np.sort(found.one * len(keys) + number[found.other])  # quicker than np.unique, which hashes
    different = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
    return np.bincount(pairs[different] // max(1, len(keys)), minlength=len(photos))
