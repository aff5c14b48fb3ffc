"""Rectangles of whole pixels around an object: what a segmenter or a remover is shown of a photo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from curate.records import Box
from curate.vision.interfaces import Mask


@dataclass(frozen=True, slots=True)
class WorkingRegion:
    """A rectangle inside a photo, pixels of the upright photo."""

    x: int
    y: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array of the photo's size."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    @property
    def box(self) -> Box:
        return Box(self.x, self.y, self.width, self.height)


def around(box: Box, padding: float, shape: tuple[int, ...], smallest: int = 1) -> WorkingRegion:
    """The region around a box, as far as the photo reaches.

    Args:
        box: pixels of the photo; at least a part of it lies inside.
        padding: share of the box's width and height that is added on each side.
        shape: of the photo, [height, width, ...].
        smallest: shortest side of the region, pixels, where the photo has as many.
    """
    height, width = shape[:2]
    left, right = _span(box.x, box.right, padding, width, smallest)
    top, bottom = _span(box.y, box.bottom, padding, height, smallest)
    return WorkingRegion(left, top, right - left, bottom - top)


def bounds(mask: Mask) -> Box | None:
    """The smallest box around a mask, whole pixels; None for a mask without a True."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return Box(left, top, width, height) if width else None


def _span(start: float, end: float, padding: float, length: int, smallest: int) -> tuple[int, int]:
    margin = max(padding * (end - start), (smallest - (end - start)) / 2)
    first, last = max(0, math.floor(start - margin)), min(length, math.ceil(end + margin))
    # A side that the border of the photo cut short gets its pixels on the other side.
    first = max(0, min(first, last - smallest))
    return first, min(length, max(last, first + smallest))
