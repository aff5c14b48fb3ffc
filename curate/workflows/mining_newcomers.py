"""Objects that came since the earlier run and have nothing in the band, so that no group can take them in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from curate.plurals import count
from curate.workflows.mining_candidates import Candidates
from curate.workflows.mining_earlier import Earlier
from curate.workflows.mining_shortfall import ANALYSE, closest
from index.edges import Floats
from index.join import Join


@dataclass(frozen=True, slots=True)
class Outside:
    """New objects without an edge; one at least."""

    objects: int
    new: int
    """All that are new."""
    above_band: int
    """Of those outside: more similar to an object of another photo than the band allows."""
    closest: float | None
    """Cosine of the others to the most similar of another photo; None if that takes long to find out."""
    band: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """As it is told, with ``why`` in words."""
        return asdict(self) | {"why": self._why()}

    def _why(self) -> str:
        low, high = self.band
        have = "has" if self.objects == 1 else "have"
        whose = f"{self.objects:,} of {count(self.new, 'new object')} {have}"
        said = [f"{whose} nothing in the band of {low:g} to {high:g}"]
        if self.above_band:
            lie = "lies" if self.above_band == 1 else "lie"
            said.append(f"{self.above_band:,} {lie} above it, as copies of a photo do")
        if self.closest is not None:
            said.append(f"the most similar below it has {self.closest:.3f}")
        return f"{', '.join(said)}: if they are the same thing, type another --band; {ANALYSE}"


def newcomers_outside(found: Candidates, joined: Join, vectors: Floats, earlier: Earlier) -> Outside | None:
    """None if all that is new has an edge, or if a cap took edges: then nobody knows of whom.

    Args:
        vectors: float32 [objects, dimension], of unit length.
    """
    edges, alone = joined.edges, earlier.new.copy()
    alone[edges.left] = alone[edges.right] = False
    if joined.report.edges_dropped or not alone.any():
        return None
    band = found.parameters["band"]
    return Outside(
        int(np.count_nonzero(alone)),
        int(np.count_nonzero(earlier.new)),
        int(np.count_nonzero(alone & edges.above)),
        closest(vectors, found.photo_keys, np.flatnonzero(alone & ~edges.above)),
        (band["low"], band["high"]),
    )
