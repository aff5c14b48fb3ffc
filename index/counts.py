"""How many objects recur, counted so that two runs and ObjectMate's table 1 can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.edges import Edges
from index.neighbours import different_photos, objects_by_rank, ranked


@dataclass(frozen=True, slots=True, eq=False)
class RecurrenceCounts:
    """Neighbours of every object."""

    neighbours: NDArray[np.int64]
    """int64 [objects]: n_i, the number of different photo keys among the neighbours of object i.

    Boxes of one photo, and photos that are near-duplicates of each other, share a key and count once.
    """
    above: NDArray[np.bool_]
    """bool [objects]: some neighbour in another photo lies above the band."""

    def at_least(self, k: int) -> int:
        """Objects with n_i >= k: ``1 NN`` and ``3 NN`` of the paper for k = 1 and 3."""
        return int(np.count_nonzero(self.neighbours >= k))

    def nearest_in_band(self, k: int) -> int:
        """Objects whose k nearest neighbours all lie in the band: as before, and none is above it."""
        return int(np.count_nonzero((self.neighbours >= k) & ~self.above))

    def share(self, k: int) -> float:
        """``at_least(k)`` as a share of all objects, 0..1; 0 if there are none."""
        return self.at_least(k) / max(1, len(self.neighbours))


def count_recurrences(edges: Edges, n: int, photo_keys: NDArray[np.int64]) -> RecurrenceCounts:
    """Count, for each of ``n`` objects, the photos in which something like it was found.

    Args:
        photo_keys: int64 [n]; near-duplicate photos share a key.
    """
    neighbours = different_photos(ranked(edges, objects_by_rank(n, None)), photo_keys)
    return RecurrenceCounts(neighbours, edges.above)
