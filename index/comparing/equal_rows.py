"""Vectors that are equal, bit for bit, are compared once and not with each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.edges import Floats, Indices, Pairs


@dataclass(frozen=True, slots=True, eq=False)
class DistinctRows:
    """Which rows are compared, and which objects each of them stands for."""

    rows: Indices
    """int64 [distinct]: the first row of each value, ascending unless they were put in other places."""
    photos: Indices
    """int64 [distinct]: the photo key of all its objects, or below zero, a different number each, if they
    lie in several photos."""
    members: dict[int, Indices]
    """Rows of the objects, ascending, for those distinct rows that stand for several."""

    def __len__(self) -> int:
        return len(self.rows)

    def objects(self, distinct: int) -> Indices:
        """Rows of all objects with this value."""
        found = self.members.get(distinct)
        return self.rows[distinct : distinct + 1] if found is None else found

    def at(self, places: NDArray[np.uint32]) -> DistinctRows:
        """The same in another order.

        Args:
            places: uint32 [distinct], a permutation: where each goes.
        """
        rows, photos = np.empty_like(self.rows), np.empty_like(self.photos)
        rows[places], photos[places] = self.rows, self.photos
        members = {int(places[number]): objects for number, objects in self.members.items()}
        return DistinctRows(rows, photos, members)

    def values_of(self, chosen: NDArray[np.bool_]) -> Indices:
        """Distinct rows of these objects. int64, ascending.

        Args:
            chosen: bool [objects].
        """
        found = chosen[self.rows]
        for number, rows in self.members.items():
            found[number] = chosen[rows].any()
        return np.flatnonzero(found)


def distinct_rows(vectors: Floats, hashes: NDArray[np.uint64], photo_keys: Indices) -> DistinctRows:
    """Find equal rows by their hashes, and compare those that share one.

    Args:
        vectors: float32 [objects, dimension].
        hashes: uint64 [objects].
        photo_keys: int64 [objects], zero or more.
    """
    order = np.argsort(hashes, kind="stable")
    in_order = hashes[order]
    again = np.flatnonzero(in_order[1:] == in_order[:-1]) + 1
    if not len(again):
        return DistinctRows(np.arange(len(hashes)), photo_keys, {})
    starts = again[np.append(True, np.diff(again) > 1)] - 1
    ends = again[np.append(np.diff(again) > 1, True)] + 1
    kept = np.ones(len(hashes), np.bool_)
    sets: list[Indices] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        alike = order[start:end]
        # Another vector with this hash by chance is left to be compared like any other.
        equal = alike[(vectors[alike] == vectors[alike[0]]).all(axis=1)]
        kept[equal[1:]] = False
        sets.append(equal)
    rows = np.flatnonzero(kept)
    photos = photo_keys[rows].copy()
    members = {}
    for equal in sets:
        if len(equal) > 1:
            at = int(np.searchsorted(rows, equal[0]))
            members[at] = equal
            if (photo_keys[equal] != photo_keys[equal[0]]).any():
                photos[at] = -1 - at
    return DistinctRows(rows, photos, members)


def edges_stood_for(left: Indices, right: Indices, distinct: DistinctRows, top_k: int | None) -> int:
    """How many edges of objects these pairs of distinct vectors become at most."""
    sizes = np.ones(len(distinct), np.int64)
    for number, objects in distinct.members.items():
        sizes[number] = len(objects)
    some, others = sizes[left], sizes[right]
    all_of_them = some * others
    return int(np.minimum(all_of_them, all_of_them if top_k is None else top_k * (some + others)).sum())


def edges_of_objects(pairs: Pairs, distinct: DistinctRows, photo_keys: Indices, top_k: int | None) -> Pairs:
    """Every pair of objects of different photos that a pair of distinct vectors stands for.

    Where two values have so many objects that not all pairs can stay, each object gets ``top_k`` others,
    in turn, because they are all as similar.
    """
    left, right, similarity = pairs
    if not distinct.members:
        return distinct.rows[left], distinct.rows[right], similarity
    several = np.zeros(len(distinct), np.bool_)
    several[list(distinct.members)] = True
    many = several[left] | several[right]
    parts = [(distinct.rows[left[~many]], distinct.rows[right[~many]], similarity[~many])]
    for a, b, value in zip(left[many].tolist(), right[many].tolist(), similarity[many].tolist(), strict=True):
        one, other = _products(distinct.objects(a), distinct.objects(b), photo_keys, top_k)
        parts.append((one, other, np.full(len(one), value, np.float32)))
    one, other, value = (np.concatenate(each) for each in zip(*parts, strict=True))
    kept = photo_keys[one] != photo_keys[other]
    return one[kept], other[kept], value[kept]


def edges_of_equal(
    several: Indices, similarity: Floats, distinct: DistinctRows, photo_keys: Indices, top_k: int | None
) -> Pairs:
    """Edges between objects with the same vector.

    Args:
        several: distinct vectors of several objects whose cosine to themselves lies in the band.
        similarity: that cosine.
    """
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]
    for number, value in zip(several.tolist(), similarity.tolist(), strict=True):
        one, other = _products(distinct.members[number], distinct.members[number], photo_keys, top_k)
        one, other = np.unique(np.stack([np.minimum(one, other), np.maximum(one, other)]), axis=1)
        parts.append((one, other, np.full(len(one), value, np.float32)))
    one, other, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    kept = photo_keys[one] != photo_keys[other]
    return one[kept], other[kept], values[kept]


def mark_above(above: NDArray[np.bool_], distinct: DistinctRows, vectors: Indices) -> None:
    """Mark all objects of these vectors. ``above`` bool [objects]."""
    above[distinct.rows[vectors]] = True
    for number in set(vectors.tolist()) & distinct.members.keys():
        above[distinct.members[number]] = True


def mark_above_pairs(
    above: NDArray[np.bool_], distinct: DistinctRows, photo_keys: Indices, left: Indices, right: Indices
) -> None:
    """Mark the objects of each vector for which the other one has an object of another photo."""
    for pair in zip(left.tolist(), right.tolist(), strict=True):
        one, other = (distinct.objects(number) for number in pair)
        for some, others in ((one, other), (other, one)):
            photos = photo_keys[others]
            apart = photo_keys[some] != photos[0] if (photos == photos[0]).all() else np.True_
            above[some] |= apart


def _products(
    some: Indices, others: Indices, photo_keys: Indices, top_k: int | None
) -> tuple[Indices, Indices]:
    if top_k is None or len(some) * len(others) <= top_k * (len(some) + len(others)):
        return np.repeat(some, len(others)), np.tile(others, len(some))
    to_some = _in_turn(some, others, photo_keys, top_k)
    to_others = _in_turn(others, some, photo_keys, top_k)
    both = np.unique(
        np.concatenate([np.stack(to_some, axis=1), np.stack(to_others[::-1], axis=1)]), axis=0
    )  # [pairs, 2]
    return both[:, 0], both[:, 1]


def _in_turn(some: Indices, others: Indices, photo_keys: Indices, top_k: int) -> tuple[Indices, Indices]:
    """For each of some the next ``top_k`` others, round and round, those of its own photo passed over."""
    others = others[np.argsort(photo_keys[others], kind="stable")]
    first = np.searchsorted(photo_keys[others], photo_keys[some], "left")
    own = np.searchsorted(photo_keys[others], photo_keys[some], "right") - first
    left = len(others) - own
    count = min(top_k, len(others))
    place = (np.arange(len(some))[:, None] + np.arange(1, count + 1)) % np.maximum(1, left)[:, None]
    place += (place >= first[:, None]) * own[:, None]
    there = np.arange(count) < left[:, None]  # fewer than top_k may be left
    return np.repeat(some, count)[there.ravel()], others[place[there]]
