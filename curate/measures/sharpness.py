"""Whether the fill is as sharp as what is around it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.measures.records import RGB
from curate.measures.small import Small

_RING = 0.15  # of D's size
_NEAREST = 4.0, 1.5  # pixels from the outline, at full size and on the small copy
_FEWEST, _MOST = 64, 100_000  # pixels of D's inside and of the ring
_FLOOR = 0.5  # 8-bit steps: what rounding leaves


def sharpness(z: RGB, region: Small) -> float | None:
    """Fine structure inside D over that in the ring around it; None where one of them is too small.

    Medians, so that neither an edge that crosses D nor one thing in the ring decides.

    Args:
        z: uint8 [h, w, 3], the working region at full size.
        region: its small copy.
    """
    grey = cv2.cvtColor(z, cv2.COLOR_RGB2GRAY)
    fine = cv2.blur(cv2.convertScaleAbs(cv2.Laplacian(grey, cv2.CV_16S)), (5, 5))
    factor = region.mask.shape[1] / z.shape[1]
    away = cv2.resize(region.away, z.shape[1::-1], interpolation=cv2.INTER_LINEAR) / factor
    nearest = max(_NEAREST[0], _NEAREST[1] / factor)
    furthest = nearest + max(2 * _NEAREST[0], _RING * region.size / factor)
    inside, around = (_some(fine[part]) for part in (away < -nearest, (away > nearest) & (away <= furthest)))
    if min(len(inside), len(around)) < _FEWEST:
        return None
    return float((np.median(inside) + _FLOOR) / (np.median(around) + _FLOOR))


def _some(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return values[:: max(len(values) // _MOST, 1)]
