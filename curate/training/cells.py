"""How the pictures of a record become square cells: one geometric rule for photos, masks and backgrounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from curate.errors import SettingsError

Fit = Literal["pad", "crop"]
"""``pad`` shows the whole picture, ``crop`` the object and what is around it."""
FITS: tuple[Fit, ...] = ("pad", "crop")

# So Pillow shrinks by a whole number first, to no less than twice the size: 5 megapixels take 13 instead of
# 72 ms to 256 pixels, and no value differs by more than 3 of 255.
_GAP = 2.0

EMPTY = 0.0
"""What a photo's channels hold where there is no picture: the middle of [-1, 1], which is grey."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a part of a picture stands in a square cell. Equal for all pictures of one size."""

    frame: tuple[int, int, int, int]
    """Left, top, right, bottom of the part, whole pixels of the picture."""
    left: int
    """Of the resized part, pixels of the cell; like ``top``, ``width`` and ``height``."""
    top: int
    width: int
    height: int
    size: int
    """Of the cell."""

    def photo(self, picture: Image.Image) -> Tensor:
        """float32 [3, size, size] in [-1, 1]; ``EMPTY`` beside the picture. Resized bicubically."""
        pixels = self._resized(picture, "RGB", Image.Resampling.BICUBIC)
        return self._placed(pixels.movedim(-1, 0) / 127.5 - 1, EMPTY)

    def mask(self, picture: Image.Image) -> Tensor:
        """float32 [1, size, size], 1 on white and 0 elsewhere. Resized by the nearest pixel."""
        pixels = self._resized(picture, "L", Image.Resampling.NEAREST)
        return self._placed((pixels[None] > 127).float(), 0.0)

    def strength(self, picture: Image.Image) -> Tensor:
        """float32 [1, size, size] in [0, 1] of grey values; 0 beside the picture. Resized like a photo."""
        pixels = self._resized(picture, "L", Image.Resampling.BICUBIC)
        return self._placed(pixels[None] / 255, 0.0)

    def shown(self) -> Tensor:
        """float32 [1, size, size], 1 where the picture is and 0 beside it."""
        return self._placed(torch.ones(1, self.height, self.width), 0.0)

    def _resized(self, picture: Image.Image, mode: str, how: Image.Resampling) -> Tensor:
        """float32 [height, width] or [height, width, 3] in 0..255."""
        right = picture if picture.mode == mode else picture.convert(mode)
        resized = right.resize((self.width, self.height), how, box=self.frame, reducing_gap=_GAP)
        return torch.from_numpy(np.array(resized)).float()

    def _placed(self, planes: Tensor, empty: float) -> Tensor:
        cell = torch.full((len(planes), self.size, self.size), empty)
        cell[:, self.top : self.top + self.height, self.left : self.left + self.width] = planes
        return cell


@dataclass(frozen=True, slots=True)
class CellRule:
    """What of a picture is shown in a cell, and how large.

    A frame is chosen, resized so that its longer side is the cell's, and set in the middle of the cell.
    ``pad`` frames the whole picture. ``crop`` frames a square around the object's box whose side is the box's
    longer one and ``margin`` times that on both ends; it is moved into the picture where it reaches out, and
    cut where it is larger than the picture, so that no part of the box is ever lost.
    """

    size: int
    """Side of a cell, pixels."""
    fit: Fit
    margin: float
    """Share of the box's longer side; for ``crop``."""

    def __post_init__(self) -> None:
        """Refuse what gives no cell."""
        if self.size < 1:
            raise SettingsError(f"A cell cannot be {self.size} pixels wide: give a size of 1 or more.")
        if self.fit not in FITS:
            raise SettingsError(f"The fit {self.fit!r} is unknown: use {' or '.join(FITS)}.")
        if not 0 <= self.margin < math.inf:
            raise SettingsError(f"The margin {self.margin} cannot be used: give 0 or more.")

    def placing(self, picture: tuple[int, int], box: Sequence[float]) -> Placing:
        """For pictures of a width and height, with an object at x, y, width, height."""
        frame = (0, 0, *picture) if self.fit == "pad" else self._around(picture, box)
        shown = frame[2] - frame[0], frame[3] - frame[1]
        width, height = (max(1, round(side * self.size / max(shown))) for side in shown)
        return Placing(frame, (self.size - width) // 2, (self.size - height) // 2, width, height, self.size)

    def _around(self, picture: tuple[int, int], box: Sequence[float]) -> tuple[int, int, int, int]:
        x, y, width, height = box
        side = max(width, height) * (1 + 2 * self.margin)
        left, right = _span(x + width / 2, side, picture[0])
        top, bottom = _span(y + height / 2, side, picture[1])
        return left, top, right, bottom


def _span(middle: float, length: float, limit: int) -> tuple[int, int]:
    """Whole pixels of 0..limit: ``length`` of them around ``middle``, or all if there are fewer."""
    whole = math.ceil(length) + 1  # wherever the span begins, it covers all pixels that it touches
    start = min(max(math.floor(middle - length / 2), 0), max(limit - whole, 0))
    return start, min(start + whole, limit)
