"""Steps across D's outline that the slopes on both its sides do not explain: seams."""

from __future__ import annotations

import numpy as np

from curate.measures.records import Plane
from curate.measures.small import Small, mean_of

# Small pixels from the outline, first those inside; what is nearer is feathered.
_STRIPS = ((-7.0, -4.0), (-4.0, -1.0), (1.0, 4.0), (4.0, 7.0))
_ALONG = 13  # small pixels along the outline that are averaged: texture crosses, a seam goes on
_FEWEST = 7  # pixels of a strip in the square


def outline_steps(plane: Plane, region: Small) -> Plane:
    """[n, c] inside minus outside at n places of D's outline; none where the strips are cut off.

    Args:
        plane: [h, w, c] of the output.
        region: where D lies.
    """
    means, counts = zip(
        *(mean_of(plane, (region.away > low) & (region.away <= high), _ALONG) for low, high in _STRIPS),
        strict=True,
    )
    places = region.mask & (region.away >= -1.5) & (np.min(counts, axis=0) >= _FEWEST)
    deep, inside, outside, far = (mean[places] for mean in means)
    step = inside - outside
    slope = (deep - inside + outside - far) / 2
    explained = np.where(np.sign(slope) == np.sign(step), np.minimum(np.abs(slope), np.abs(step)), 0)
    beyond: Plane = step - np.sign(step) * explained
    return beyond


def seam(region: Small) -> float | None:
    """Mean step in 8-bit steps, whatever its sign; None where D has no outline inside the region."""
    steps = outline_steps(region.z.astype(np.float32), region)
    return float(np.abs(steps).mean()) if len(steps) else None
