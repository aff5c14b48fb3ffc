"""Why a mining run found no group, as far as it can tell, and what to try."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from curate.plurals import count
from curate.workflows.mining_candidates import Candidates
from curate.workflows.settled import Numbers
from index.counts import count_recurrences
from index.edges import Edges, Floats

_MOST_OBJECTS = 5000
"""Every two of so many are multiplied out in about a second."""
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What there is of all that a group needs."""

    photos: int
    """With an object that was compared; near-duplicates are one."""
    pairs_in_band: int
    objects_above_band: int
    """More similar to an object of another photo than the band allows."""
    objects_with_enough_views: int
    """That have --min-views other photos with something in the band."""
    most_views: int
    """Other photos with something in the band, of the object that has most."""
    closest: float | None
    """Cosine of the most similar pair of different photos; None if that takes long to find out."""

    def as_dict(self, found: Candidates) -> dict[str, Any]:
        """As it is told, with ``why`` in words."""
        names = self.__slots__
        return {name: getattr(self, name) for name in names} | {"why": self._why(found)}

    def _why(self, found: Candidates) -> str:
        asked, band = found.parameters["min_views"], found.parameters["band"]
        low, high = band["low"], band["high"]
        if self.photos <= asked:
            return self._too_few_photos(asked)
        if not self.pairs_in_band:
            return self._nothing_in_band(low, high)
        pairs = f"Pairs in the band of {low:g} to {high:g}: {self.pairs_in_band:,}"
        if not self.objects_with_enough_views:
            return (
                f"{pairs}; but no object has others in more than {self.most_views} of the other photos, "
                f"where --min-views asks for {asked}: type --min-views {self.most_views}, or a wider --band; "
                f"{self._above(low)}{ANALYSE}"
            )
        return (
            f"{pairs}; but no {asked + 1} objects are all in it with each other: type a wider --band, a "
            "lower --min-views, or --rule star, which asks for those near to one object; "
            f"{self._above(low)}{ANALYSE}"
        )

    def _above(self, low: float) -> str:
        """What to type where the band may end too low."""
        if not self.objects_above_band:
            return ""
        much = count(self.objects_above_band, "object is", "objects are")
        end = 1.0 if self.closest is None else min(1.0, ceil(100 * self.closest) / 100)
        return (
            f"{much} more similar to another than the band allows, as copies of a photo are: if they are "
            f"none, type --band {low:g} {end:g}; "
        )

    def _too_few_photos(self, asked: int) -> str:
        if self.photos == 1:
            return (
                "All objects lie in one photo or copies of it: type `curate run` with more photos, or a "
                "lower --near-duplicate-distance if these are no copies."
            )
        return (
            f"The objects lie in {self.photos} photos, where --min-views {asked} asks for {asked + 1}: type "
            f"--min-views {self.photos - 1}, or `curate run` with more photos."
        )

    def _nothing_in_band(self, low: float, high: float) -> str:
        if self.objects_above_band:
            return f"No pair lies in the band of {low:g} to {high:g}; {self._above(low)}{ANALYSE}"
        closest = "" if self.closest is None else f", the most similar have {self.closest:.3f}"
        return (
            f"No two objects of different photos are as similar as the band of {low:g} to {high:g} asks"
            f"{closest}: lower its lower end by --band if they are the same thing; {ANALYSE}"
        )


ANALYSE = "`curate analyse` shows how similar the nearest are."


def shortfall(found: Candidates, edges: Edges, vectors: Floats) -> Shortfall:
    """What a run without groups had.

    Args:
        vectors: float32 [objects, dimension], of unit length.
    """
    recurrences = count_recurrences(edges, len(found.photo_keys), found.photo_keys)
    return Shortfall(
        len(np.unique(found.photo_keys)),
        len(edges),
        int(np.count_nonzero(edges.above)),
        recurrences.at_least(found.parameters["min_views"]),
        int(recurrences.neighbours.max()),
        closest(vectors, found.photo_keys, np.arange(len(vectors))),
    )


def closest(vectors: Floats, photos: Numbers, places: Numbers) -> float | None:
    """Cosine of the objects at these places to the most similar of another photo.

    None if there is no other photo, or if that takes long to find out.
    """
    if len(places) * len(vectors) > _MOST_OBJECTS**2:
        return None
    most = -np.inf
    for start in range(0, len(places), _ROWS_AT_ONCE):
        rows = places[start : start + _ROWS_AT_ONCE]
        products = vectors[rows] @ vectors.T  # [rows, objects]
        products[photos[rows, None] == photos] = -np.inf
        most = max(most, float(products.max()))
    return round(most, 4) if np.isfinite(most) else None
