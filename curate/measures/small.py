"""The small copy of a working region on which structure and light are compared."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.measures.records import RGB, Mask, Plane

_EPS = 0.01  # linear light: keeps the stops of black pixels small
_CODES = np.arange(256) / 255
_LIGHT = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """A working region, shrunk by area and never enlarged."""

    x: RGB
    """[h, w, 3]."""
    z: RGB
    """[h, w, 3]."""
    mask: Mask
    """[h, w]: D."""
    away: Plane
    """[h, w] pixels to D's outline, negative inside D."""

    @property
    def size(self) -> float:
        """Pixels: square root of D's area."""
        return float(np.sqrt(np.count_nonzero(self.mask)))


def small(x: RGB, z: RGB, mask: Mask, factor: float) -> Small:
    """Shrink by ``factor`` 0..1; D keeps at least its middle pixel."""
    size = tuple(max(round(side * min(factor, 1.0)), 1) for side in mask.shape[::-1])
    first, second = (cv2.resize(photo, size, interpolation=cv2.INTER_AREA) for photo in (x, z))
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    inside: Mask = share >= min(0.5, float(share.max()))
    return Small(first, second, inside, signed_distance(inside))


def signed_distance(mask: Mask) -> Plane:
    """[h, w] pixels to a mask's outline, negative inside."""
    outside, inside = (
        cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) for side in (~mask, mask)
    )
    away: Plane = outside - inside
    return away


def stops(photo: RGB) -> Plane:
    """[h, w, 3] log2 of linear light."""
    logarithm: Plane = np.log2(_LIGHT + np.float32(_EPS))[photo]
    return logarithm


def lab(photo: RGB) -> Plane:
    """[h, w, 3] CIELAB, lightness at .6 of its length: light differs within one surface, colour less."""
    coded = photo.astype(np.float32) / 255
    plane: Plane = cv2.cvtColor(coded, cv2.COLOR_RGB2Lab) * np.array([0.6, 1, 1], np.float32)
    return plane


def mean_of(plane: Plane, part: Mask, side: int) -> tuple[Plane, NDArray[np.float32]]:
    """[h, w, c] mean of a part's pixels in the square around each pixel, and how many there are."""
    weight = part.astype(np.float32)
    count: Plane = cv2.boxFilter(weight, -1, (side, side), normalize=False)
    total = cv2.boxFilter(plane * weight[..., None], -1, (side, side), normalize=False)
    return total / np.maximum(count, 1)[..., None], count


def blurred(plane: Plane, part: Mask, sigma: float) -> Plane:
    """[h, w] or [h, w, c] blurred within a part alone, so that nothing leaks over its outline."""
    weight = part.astype(np.float32)
    total = cv2.GaussianBlur(plane * (weight if plane.ndim == 2 else weight[..., None]), (0, 0), sigma)
    known = np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), np.float32(1e-3))
    mean: Plane = total / (known if plane.ndim == 2 else known[..., None])
    return mean
