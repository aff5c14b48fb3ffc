"""Outlines for a screen: of the object, of the mask that its remover got, and of the effect that went."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.measures import thresholds
from curate.measures.effect import changed_light
from curate.measures.small import small
from curate.records import Box

_POINTS = 400
"""Points of all polygons of a mask together: more would make a browser slow, and nobody sees them."""
_TOLERANCE = 0.5
"""Pixels by which an outline may be off at first; twice as many until the points are few enough."""

RGB = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Outline = list[list[float]]
"""Closed polygons, each x, y, x, y, ... in pixels of the full upright photo."""


def outlines(object_mask: Mask, mask: Mask, photo: RGB, output: RGB, region: Box) -> dict[str, Outline]:
    """``object``, ``mask`` and ``effect`` of one removal.

    The effect is where light changed outside of the mask as it does when a shadow or reflection goes, which
    the number ``effect_removed`` counts.

    Args:
        object_mask: bool [height, width] on the whole photo.
        mask: the same, widened, as the remover got it.
        photo: uint8 [h, w, 3], the working region of the photo.
        output: uint8 [h, w, 3], of the output.
        region: the working region, whole pixels.
    """
    left, top = int(region.x), int(region.y)
    inside = mask[top : int(region.bottom), left : int(region.right)]
    return {
        "object": _outline(object_mask, Box(0, 0, *object_mask.shape[::-1])),
        "mask": _outline(mask, Box(0, 0, *mask.shape[::-1])),
        "effect": _outline(_effect(photo, output, inside), region),
    }


def _effect(photo: RGB, output: RGB, mask: Mask) -> Mask:
    view = small(photo, output, mask, thresholds.WORKING_SIDE / max(mask.shape))
    return changed_light(view, thresholds.EFFECT_STOPS)


def _outline(mask: Mask, box: Box) -> Outline:
    """Of a mask that may be smaller than the box of the photo that it lies on."""
    height, width = mask.shape
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    scale, corner = np.array([box.width / width, box.height / height]), np.array([box.x, box.y])
    # Contours run through the middles of pixels.
    return [((points + 0.5) * scale + corner).round(1).ravel().tolist() for points in _simple(found)]


def _simple(contours: Sequence[NDArray[np.int32]]) -> list[NDArray[np.int32]]:
    tolerance = _TOLERANCE
    while True:
        fewer = [cv2.approxPolyDP(each, tolerance, closed=True).reshape(-1, 2) for each in contours]
        # What is left of a speck has no area to draw.
        fewer = [each for each in fewer if len(each) > 2]
        if sum(map(len, fewer)) <= _POINTS:
            return fewer
        tolerance *= 2
