"""Between the pixels of the working copy, of the full-size photo and of the other frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.capture.records import Alignment, Frame, Plane

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Matrix = NDArray[np.float64]
"""[2, 3]: (x, y, 1) of the pixels that are made to (x, y) of those they are taken from; centres are whole."""
AnyPixels = TypeVar("AnyPixels", NDArray[np.uint8], NDArray[np.uint16], NDArray[np.float32])


@dataclass(frozen=True, slots=True)
class Window:
    """Whole full-size pixels: rows and columns."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def inside(self) -> tuple[slice, slice]:
        """To index an array [H, W, ...]."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, outer: Window) -> tuple[slice, slice]:
        """To index an array that covers ``outer``."""
        rows = slice(self.top - outer.top, self.bottom - outer.top)
        return rows, slice(self.left - outer.left, self.right - outer.left)

    def padded(self, margin: int, height: int, width: int) -> Window:
        """Larger by ``margin`` on each side, as far as the photo reaches."""
        return Window(
            max(self.top - margin, 0),
            min(self.bottom + margin, height),
            max(self.left - margin, 0),
            min(self.right + margin, width),
        )


def enlarged(plane: Plane, frame: Frame, window: Window) -> Plane:
    """What a working plane [h, w] says about the full-size pixels of a window, linear in between."""
    return taken(plane, _full_to_working(frame), window, cv2.INTER_LINEAR)


def onto_factual(counterfactual: Frame, alignment: Alignment, window: Window, interpolation: int) -> Pixels:
    """A window of the factual as the counterfactual shows it: its pixels, resampled."""
    matrix = _full_matrix(counterfactual, alignment)
    pixels = counterfactual.pixels
    if pixels.dtype == np.uint8:
        return taken(pixels.astype(np.uint8, copy=False), matrix, window, interpolation)
    return taken(pixels.astype(np.uint16, copy=False), matrix, window, interpolation)


def taken(source: AnyPixels, matrix: Matrix, window: Window, interpolation: int) -> AnyPixels:
    """Sample ``source`` for each pixel of ``window``; beyond its border, its border goes on."""
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ (window.left, window.top)
    size = (window.right - window.left, window.bottom - window.top)
    flags = interpolation | cv2.WARP_INVERSE_MAP
    sampled: AnyPixels = cv2.warpAffine(source, shifted, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return sampled.astype(source.dtype, copy=False)


def _full_to_working(frame: Frame) -> Matrix:
    scale_x = frame.working.shape[1] / frame.width
    scale_y = frame.working.shape[0] / frame.height
    return np.array([[scale_x, 0, scale_x / 2 - 0.5], [0, scale_y, scale_y / 2 - 0.5]])


def _full_matrix(frame: Frame, alignment: Alignment) -> Matrix:
    """The alignment for full-size coordinates: to working size, moved there, and back."""
    square = [0.0, 0.0, 1.0]
    to_working = np.vstack([_full_to_working(frame), square])
    moved = np.vstack([alignment.matrix.astype(np.float64), square])
    full: Matrix = (np.linalg.inv(to_working) @ moved @ to_working)[:2]
    return full
