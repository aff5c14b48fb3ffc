"""How many objects recur in ever larger parts of a corpus, from the edges of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.edges import Indices


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """Counts in nested random subsets of the photos, drawn several times."""

    photos: Indices
    """int64 [sizes]: photo keys in each subset."""
    objects: Indices
    """int64 [draws, sizes]: objects in them."""
    recurring: Mapping[int, Indices]
    """For each k int64 [draws, sizes]: objects with neighbours in at least k other photos of the subset."""


def growth(
    left: Indices,
    right: Indices,
    photo_keys: Indices,
    fractions: Sequence[float],
    *,
    ks: Sequence[int] = (1, 3),
    draws: int = 8,
    seed: int = 0,
) -> Growth:
    """Take part of the photos and count again; nothing is compared again.

    Each draw puts the photos in a random order, and a subset is its beginning: what is in a small subset is
    in all larger ones. An object recurs k times as soon as the photo that comes k-th among those of its
    neighbours, and its own, are in. So one sort per draw serves all sizes.

    Args:
        left: int64 [edges], row of one object of each edge.
        right: int64 [edges], row of the other, of another photo key.
        photo_keys: int64 [objects]; near-duplicate photos share a key and are drawn together.
        fractions: of the photos with objects, each over 0 and up to 1.
        ks: numbers of neighbours, counted in different photo keys, from which on an object is counted.
        draws: random orders.
        seed: equal arguments give equal answers.
    """
    keys, key = np.unique(photo_keys, return_inverse=True)
    sizes = np.rint(np.asarray(fractions) * len(keys)).astype(np.int64)
    pairs = neighbouring_keys(left, right, key, len(keys))
    anchor, seen = np.divmod(pairs, max(1, len(keys)))
    starts = np.flatnonzero(np.append(True, anchor[1:] != anchor[:-1])) if len(anchor) else anchor
    lengths = np.diff(np.append(starts, len(anchor)))
    objects = np.empty((draws, len(sizes)), dtype=np.int64)
    recurring = {k: np.empty_like(objects) for k in ks}
    dice = np.random.default_rng(seed)
    for draw in range(draws):
        place = dice.permutation(len(keys))
        own = place[key]
        objects[draw] = _within(own, sizes)
        nth = np.sort(anchor * len(keys) + place[seen])  # by object, then by place
        for k in ks:
            several = starts[lengths >= k]
            last = nth[several + k - 1] % max(1, len(keys))
            recurring[k][draw] = _within(np.maximum(last, own[anchor[several]]), sizes)
    return Growth(sizes, objects, recurring)


def neighbouring_keys(left: Indices, right: Indices, key: Indices, count: int) -> Indices:
    """Which objects have a neighbour in which photos: object * ``count`` + key, sorted, each once.

    Args:
        left: int64 [edges], as ``right``: rows of objects.
        right: int64 [edges].
        key: int64 [objects], 0..``count`` - 1.
        count: of photo keys.
    """
    both = np.concatenate([left * count + key[right], right * count + key[left]])
    return np.unique(both)


def _within(places: Indices, sizes: Indices) -> Indices:
    """How many of ``places`` lie in each subset. int64 [sizes]."""
    return np.searchsorted(np.sort(places), sizes).astype(np.int64)
