"""Finding objects that are all close to each other."""

from __future__ import annotations

from index.neighbours import Neighbours

TRIES = 1000
"""Objects tried around one seed. Up to some 30 neighbours that is every combination that can matter
(three levels for the default group of four); beyond, a group may be missed around this seed."""


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

    def most(self, seed: int) -> int:
        """No clique around ``seed`` is larger than this."""
        return min(self.largest, 1 + len({self.photos[other] for other in self.neighbours[seed]}))

    def density(self, seed: int) -> float:
        """Similarity to the last of the neighbours that the smallest clique needs."""
        return sorted(self.neighbours[seed].values(), reverse=True)[self.smallest - 2]

    def around(self, seed: int, taken: set[int]) -> list[int]:
        """The clique that grows around ``seed`` without the ``taken`` objects; [] if none is large enough.

        Objects join by their similarity to those already in. One that would leave the clique too
        small is passed over, and taken back if that shows only later. No free object could be added
        to the result, unless it is as large as allowed.
        """
        reach = {other: value for other, value in self.neighbours[seed].items() if other not in taken}
        members, _ = self._grown([seed], reach, TRIES)
        return members if len(members) >= self.smallest else []

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
        return {
            other: total + near[other]
            for other, total in reach.items()
            if other in near and self.photos[other] != photo
        }
