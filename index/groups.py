"""From edges to recurrence groups: ``compact`` for review, ``star`` for the counts of ObjectMate.

Both give the same groups whatever the order of the objects: inside, an object is its rank in the
order of ``keys``, and every tie goes to the lower rank.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from index.cliques import CliqueSearch, Seed, seeds
from index.edges import Edges, Indices
from index.neighbours import Neighbours, Ranked, core, objects_by_rank, ranked

MAX_SIZE = 20
"""Views one can compare at a glance (ours). What exceeds it becomes a second group."""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Objects that should be one physical thing, each from another photo key."""

    members: tuple[int, ...]
    """Rows of the objects: the anchor, then the others, most similar to it first."""
    similarities: tuple[float, ...]
    """Cosine of each member to the anchor, in the same order; 1 for the anchor itself."""
    weakest: float
    """Lowest cosine between any two members in a compact group, to the anchor in a star."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A group that somebody decided on: it stays, and others may join it."""

    members: tuple[int, ...]
    """Rows of its objects."""
    core: tuple[int, ...]
    """Those of them that others are to be close to, two or more: not those that were said to be something
    else."""


def compact_groups(
    edges: Edges,
    n: int,
    photo_keys: Indices,
    min_views: int = 3,
    max_size: int = MAX_SIZE,
    keys: Sequence[Any] | None = None,
    settled: Sequence[Settled] = (),
    joining: Indices | None = None,
) -> list[FoundGroup]:
    """Disjoint groups in which every two members are joined by an edge: no chains.

    A clique is grown around each object, the most similar joining first. The largest becomes a group;
    the others are grown again from what is left, until none of ``min_views`` + 1 objects remains.
    Taking the largest first keeps a close pair from breaking up a bigger group, as agglomeration
    would let it.

    Args:
        n: number of objects.
        photo_keys: int64 [n]; a group holds at most one object of a key.
        min_views: fewest members besides the anchor, at least 1.
        max_size: most members, the anchor included, above ``min_views``.
        keys: n different sortable values, such as the bytes of the objects' UUIDs, that settle
            ties; without them the row number does, and the result depends on the order of rows.
        settled: Groups without a common member that come first, in this order: the core of each with those
            of ``joining`` that are close to all of it, or if there are none the group as it is. One that
            is no clique of enough objects any more is no group, and its members are grouped like any others.
        joining: int64, rows of objects.

    Returns:
        The settled ones, then the largest first. The anchor is the medoid, the member most similar to the
        others on average.
    """
    if not 1 <= min_views < max_size:
        raise ValueError(f"groups of {min_views} other views do not fit into {max_size} members")
    by_rank = objects_by_rank(n, keys)
    found, photos = core(edges, by_rank, min_views), photo_keys[by_rank]
    search = CliqueSearch(found.as_dicts(), photos.tolist(), min_views + 1, max_size)
    ranks = np.argsort(by_rank)
    first = _settled(search, settled, ranks, () if joining is None else ranks[joining].tolist())
    taken = {member for clique in first for member in clique}
    cliques = first + _disjoint(search, seeds(found, photos, min_views + 1, max_size), taken)
    return [_compact(members, search.neighbours, by_rank) for members in cliques]


def star_groups(
    edges: Edges,
    n: int,
    photo_keys: Indices,
    min_views: int = 3,
    max_views: int | None = None,
    keys: Sequence[Any] | None = None,
) -> list[FoundGroup]:
    """Each object with its nearest views, one per photo key (ObjectMate, section 3).

    Stars overlap: an object is a view in the star of each of its neighbours. Arguments as above.

    Args:
        max_views: most views besides the anchor; None keeps all.

    Returns:
        One group per object with at least ``min_views`` views, in the order of ``keys``.
    """
    by_rank = objects_by_rank(n, keys)
    views = _nearest_per_photo(ranked(edges, by_rank), photo_keys[by_rank])
    starts = views.starts()
    sizes = np.diff(starts, append=len(views.one))
    enough = sizes >= min_views
    anchors, starts = by_rank[views.one[starts[enough]]].tolist(), starts[enough].tolist()
    ends = np.minimum(sizes[enough], n if max_views is None else max_views) + starts
    others, similarities = by_rank[views.other].tolist(), views.similarity.tolist()
    return [
        FoundGroup((anchor, *others[start:end]), (1.0, *similarities[start:end]), similarities[end - 1])
        for anchor, start, end in zip(anchors, starts, ends.tolist(), strict=True)
    ]


def _settled(
    search: CliqueSearch, settled: Sequence[Settled], ranks: Indices, joining: Collection[int]
) -> list[list[int]]:
    free, found = set(joining), []
    for each in settled:
        core, members = ranks[list(each.core)].tolist(), ranks[list(each.members)].tolist()
        grown = search.joined_by(core, free)
        for clique in ([grown] if len(grown) > len(core) else []) + [members]:
            if search.is_clique(clique):
                free.difference_update(clique)
                found.append(clique)
                break
    return found


def _disjoint(search: CliqueSearch, fresh: list[Seed], taken: set[int]) -> list[list[int]]:
    """Cliques without a common member, the largest first, of equals the one with the densest seed.

    Each seed waits with a size it cannot exceed. When it comes up it is grown from what is free: as
    large as it said, and nothing that waits is larger; else it waits again with the size it has.
    So a seed is grown once or twice, and most objects of a large clique are never grown at all.
    """
    accepted: list[list[int]] = []
    again: list[Seed] = []
    fresh = fresh[::-1]
    while fresh or again:
        first = heapq.heappop(again) if not fresh or (again and again[0] < fresh[-1]) else fresh.pop()
        minus_most, minus_density, seed = first
        if seed in taken or not (members := search.around(seed, taken)):
            continue
        if len(members) == -minus_most:
            taken.update(members)
            accepted.append(members)
        else:
            heapq.heappush(again, (-len(members), minus_density, seed))
    return accepted


def _compact(clique: list[int], neighbours: Neighbours, by_rank: Indices) -> FoundGroup:
    members = sorted(clique)  # so that sums are made in the same order whatever the seed was
    closeness = {a: sum(neighbours[a][b] for b in members if b != a) for a in members}
    anchor = min(members, key=lambda member: (-closeness[member], member))
    others = sorted((m for m in members if m != anchor), key=lambda m: (-neighbours[anchor][m], m))
    weakest = min(neighbours[a][b] for a, b in combinations(members, 2))
    similarities = tuple(neighbours[anchor][other] for other in others)
    return FoundGroup(tuple(by_rank[[anchor, *others]].tolist()), (1.0, *similarities), weakest)


def _nearest_per_photo(found: Ranked, photos: Indices) -> Ranked:
    """Of each object's neighbours the most similar one in every photo, the most similar photo first."""
    near = found.nearest_first()
    keys, number = np.unique(photos, return_inverse=True)
    _, first = np.unique(near.one * len(keys) + number[near.other], return_index=True)
    return near.part(np.sort(first))
