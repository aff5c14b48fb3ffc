"""The crop rule: which pixels of a photo stand for an object. In one place, because vectors that
were made by two rules must not be compared."""

from __future__ import annotations

import math

import numpy as np

from curate.records import Box
from curate.vision.interfaces import RGB

PADDING = 0.0
"""Share of the box's width and height that is added on each side (ours; ObjectMate names none).

Whatever is around a thing differs from photo to photo, and padding lets it in. SSCD on 67 rendered things
(tests/benchmarks/measure_band.py) finds 57, 54, 46 and 37 % of the same-thing pairs at 0, .05, .1 and .2 when
one in a thousand different-thing pairs is let through.
"""
CROP_RULE = f"pad {PADDING} outwards to whole pixels/1"
"""Part of every embedder's fingerprint; the number goes up when the code changes the pixels."""


def cut(photo: RGB, box: Box) -> RGB:
    """The crop of one object.

    Args:
        photo: uint8 [height, width, 3].
        box: pixels of that photo; may reach over its border.

    Returns:
        uint8 [crop height, crop width, 3], at least one pixel, a copy, so that it does not keep
        the whole photo in memory.

    Raises:
        ValueError: the box lies outside the photo.
    """
    height, width = photo.shape[:2]
    if box.clipped(width, height) is None:
        raise ValueError(f"{box} lies outside a photo of {width} x {height} pixels")
    left = max(0, math.floor(box.x - PADDING * box.width))
    top = max(0, math.floor(box.y - PADDING * box.height))
    right = min(width, math.ceil(box.right + PADDING * box.width))
    bottom = min(height, math.ceil(box.bottom + PADDING * box.height))
    return np.array(photo[top:bottom, left:right])
