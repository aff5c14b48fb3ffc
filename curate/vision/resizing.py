"""Photos and crops to the fixed input size of a model, with Pillow (which averages when it shrinks)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.vision.interfaces import RGB

Resampling = Image.Resampling


@dataclass(frozen=True, slots=True)
class Letterboxed:
    """A photo inside a square of another size, its proportions kept."""

    pixels: RGB
    """uint8 [side, side, 3]."""
    scale: float
    """Pixels of the square for one pixel of the photo."""
    left: int
    """Where the photo begins in the square, pixels."""
    top: int

    def in_photo(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """Boxes from the square to the photo; [n, 4] as left, top, right, bottom."""
        return (corners - (self.left, self.top, self.left, self.top)) / self.scale


def letterbox(photo: RGB, side: int, *, fill: int, centred: bool) -> Letterboxed:
    """Fit a photo into a square of ``side`` pixels, bilinear, the rest filled with one grey."""
    height, width = photo.shape[:2]
    scale = side / max(height, width)
    fitted = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = np.asarray(Image.fromarray(photo).resize(fitted, Resampling.BILINEAR))
    left, top = ((side - fitted[0]) // 2, (side - fitted[1]) // 2) if centred else (0, 0)
    pixels = np.full((side, side, 3), fill, dtype=np.uint8)
    pixels[top : top + fitted[1], left : left + fitted[0]] = resized
    return Letterboxed(pixels, scale, left, top)


def squash(crop: RGB, side: int, resampling: Resampling) -> RGB:
    """The whole crop as a square, its proportions given up; one of that size already is not changed.

    A centre crop would cut off the ends of everything that is long or tall.
    """
    return np.asarray(Image.fromarray(crop).resize((side, side), resampling))
