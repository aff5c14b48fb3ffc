"""Finding objects that are all close to each other."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

import numpy as np

from index.edges import Indices
from index.neighbours import Neighbours, Ranked, different_photos

TRIES = 1000
"""Objects tried around one seed. Up to some 30 neighbours that is every combination that can matter
(three levels for the default group of four); beyond, a group may be missed around this seed."""

Seed = tuple[int, float, int]
"""Minus the most objects that a clique around an object can hold, minus how similar the last of the
neighbours is that the smallest clique needs, and the object: what is smaller is grown first."""


class CliqueSearch:
    """Cliques of ``smallest`` to ``largest`` objects, each of another photo.

    Args:
        photos: photo key of every object, by rank.
    """

    def __init__(self, neighbours: Neighbours, photos: list[int], smallest: int, largest: int) -> None:
        self.neighbours = neighbours
        self.photos = photos
        self.smallest = smallest
        self.largest = largest

    def around(self, seed: int, taken: set[int]) -> list[int]:
        """The clique that grows around ``seed`` without the ``taken`` objects; [] if none is large enough.

        Objects join by their similarity to those already in. One that would leave the clique too
        small is passed over, and taken back if that shows only later. No free object could be added
        to the result, unless it is as large as allowed.
        """
        reach = {other: value for other, value in self.neighbours[seed].items() if other not in taken}
        if 1 + len(reach) < self.smallest:
            return []
        members, _ = self._grown([seed], reach, TRIES)
        return members if len(members) >= self.smallest else []

    def is_clique(self, members: Collection[int]) -> bool:
        """Whether every two are joined by an edge and lie in different photos, and they are enough."""
        apart = len({self.photos[member] for member in members}) == len(members) >= self.smallest
        return apart and all(b in self.neighbours.get(a, {}) for a, b in combinations(members, 2))

    def joined_by(self, members: list[int], others: Collection[int]) -> list[int]:
        """``members``, which are close to each other, and those of ``others`` that are close to all of them.

        The most similar first, up to ``largest``.
        """
        near = [self.neighbours.get(member, {}) for member in members]
        photos = {self.photos[member] for member in members}
        reach = {
            other: sum(each[other] for each in near)
            for other in near[0].keys() & others
            if self.photos[other] not in photos and all(other in each for each in near)
        }
        return self._grown(members, reach, TRIES)[0]

    def _grown(self, members: list[int], reach: dict[int, float], tries: int) -> tuple[list[int], int]:
        """Add to ``members`` from ``reach`` (object -> its similarities to all of them, summed)."""
        if len(members) == self.largest:
            return members, tries
        for choice in sorted(reach, key=lambda other: (-reach[other], other)):
            if tries == 0:
                break
            tries -= 1
            narrowed = self._narrowed(reach, choice)
            if len(members) + 1 + len(narrowed) >= self.smallest:
                grown, tries = self._grown([*members, choice], narrowed, tries)
                if len(grown) >= self.smallest:
                    return grown, tries
        return members, tries

    def _narrowed(self, reach: dict[int, float], choice: int) -> dict[int, float]:
        near, photo = self.neighbours[choice], self.photos[choice]
        # A hub reaches a hundred thousand objects, each of which is near a few.
        few, many = (near, reach) if len(near) < len(reach) else (reach, near)
        return {
            other: reach[other] + near[other]
            for other in few
            if other in many and self.photos[other] != photo
        }


def seeds(found: Ranked, photos: Indices, smallest: int, largest: int) -> list[Seed]:
    """Every object with enough neighbours, in order.

    Args:
        found: of ``core`` for cliques of ``smallest`` objects.
        photos: int64 [objects], photo key by rank.
    """
    starts = found.starts()
    objects = found.one[starts]
    most = np.minimum(1 + different_photos(found, photos)[objects], largest)
    density = found.nearest_first().similarity[starts + smallest - 2]
    order = np.lexsort((objects, -density, -most))
    columns = (-most[order], -density[order], objects[order])
    return list(zip(*(column.tolist() for column in columns), strict=True))
