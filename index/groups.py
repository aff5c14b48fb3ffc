"""From edges to recurrence groups: ``compact`` for review, ``star`` for the counts of ObjectMate.

Both give the same groups whatever the order of the objects: inside, an object is its rank in the
order of ``keys``, and every tie goes to the lower rank.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from index.cliques import CliqueSearch
from index.edges import Edges, Indices
from index.neighbours import Neighbours, core, neighbours_of, objects_by_rank

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


def compact_groups(
    edges: Edges,
    n: int,
    photo_keys: Indices,
    min_views: int = 3,
    max_size: int = MAX_SIZE,
    keys: Sequence[Any] | None = None,
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

    Returns:
        Largest first. The anchor is the medoid, the member most similar to the others on average.
    """
    if not 1 <= min_views < max_size:
        raise ValueError(f"groups of {min_views} other views do not fit into {max_size} members")
    by_rank = objects_by_rank(n, keys)
    neighbours = core(edges, by_rank, min_views)
    search = CliqueSearch(neighbours, photo_keys[by_rank].tolist(), min_views + 1, max_size)
    return [_compact(members, neighbours, by_rank) for members in _disjoint(search)]


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
    neighbours = neighbours_of(edges, by_rank)
    photos = photo_keys[by_rank].tolist()
    stars = []
    for anchor in sorted(neighbours):
        views = _nearest_per_photo(neighbours[anchor], photos)
        if len(views) >= min_views:
            stars.append(_found([anchor, *views[:max_views]], neighbours, by_rank, None))
    return stars


def _disjoint(search: CliqueSearch) -> list[list[int]]:
    """Cliques without a common member, the largest first, of equals the one with the densest seed.

    Each seed waits with a size it cannot exceed. When it comes up it is grown from what is free: as
    large as it said, and nothing that waits is larger; else it waits again with the size it has.
    So a seed is grown once or twice, and most objects of a large clique are never grown at all.
    """
    taken: set[int] = set()
    accepted: list[list[int]] = []
    waiting = [(-search.most(seed), -search.density(seed), seed) for seed in search.neighbours]
    heapq.heapify(waiting)
    while waiting:
        minus_most, minus_density, seed = heapq.heappop(waiting)
        if seed in taken or not (members := search.around(seed, taken)):
            continue
        if len(members) == -minus_most:
            taken.update(members)
            accepted.append(members)
        else:
            heapq.heappush(waiting, (-len(members), minus_density, seed))
    return accepted


def _compact(clique: list[int], neighbours: Neighbours, by_rank: Indices) -> FoundGroup:
    members = sorted(clique)  # so that sums are made in the same order whatever the seed was
    closeness = {a: sum(neighbours[a][b] for b in members if b != a) for a in members}
    anchor = min(members, key=lambda member: (-closeness[member], member))
    others = sorted((m for m in members if m != anchor), key=lambda m: (-neighbours[anchor][m], m))
    weakest = min(neighbours[a][b] for a, b in combinations(members, 2))
    return _found([anchor, *others], neighbours, by_rank, weakest)


def _found(ranks: list[int], neighbours: Neighbours, by_rank: Indices, weakest: float | None) -> FoundGroup:
    anchor, *others = ranks
    similarities = tuple(neighbours[anchor][other] for other in others)
    members = tuple(by_rank[ranks].tolist())
    return FoundGroup(members, (1.0, *similarities), min(similarities) if weakest is None else weakest)


def _nearest_per_photo(near: dict[int, float], photos: list[int]) -> list[int]:
    nearest: dict[int, int] = {}
    for other in sorted(near, key=lambda other: (-near[other], other)):
        nearest.setdefault(photos[other], other)
    return list(nearest.values())
