"""The edges of a comparison, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

Pairs = tuple[Indices, Indices, Floats]
"""Rows of two objects, and their cosine."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pairs of objects inside a band, sorted by ``left``, then ``right``."""

    left: Indices
    """int64 [edges], row of the first object, always below ``right``."""
    right: Indices
    """int64 [edges]."""
    similarity: Floats
    """float32 [edges], cosine; as a number it lies inside the band, limits included."""
    above: NDArray[np.bool_]
    """bool [objects]: some object of another photo is more similar than the band allows."""

    def __len__(self) -> int:
        return len(self.left)
