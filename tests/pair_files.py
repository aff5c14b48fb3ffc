"""Counterfactual pairs made in a moment: a textured background, a thing with a soft shadow, noise."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

RGB = NDArray[np.uint8]
SIZE = (640, 480)
NOISE = 1.5
"""Standard deviation of each frame's own noise, 8-bit steps."""
START = datetime(2026, 5, 4, 10, 0)


@dataclass(frozen=True)
class DrawnPair:
    """The two frames of a pair and what is true of them."""

    factual: RGB
    counterfactual: RGB
    mask: NDArray[np.bool_]
    """The object's pixels on the factual."""

    taken_at: datetime = START

    @cached_property
    def files(self) -> tuple[bytes, bytes]:
        """Factual and counterfactual as JPEG files, taken half a minute apart."""
        later = self.taken_at + timedelta(seconds=30)
        return jpeg(self.factual, self.taken_at), jpeg(self.counterfactual, later)

    def write(self, folder: Path, name: str = "pair") -> tuple[Path, Path]:
        """Write ``<name> with.jpg`` and ``<name> without.jpg``."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = folder / f"{name} with.jpg", folder / f"{name} without.jpg"
        for path, data in zip(paths, self.files, strict=True):
            path.write_bytes(data)
        return paths


@lru_cache(maxsize=16)
def draw_pair(
    seed: int = 0,
    size: tuple[int, int] = SIZE,
    *,
    shift: float = 0.0,
    stops: float = 0.0,
    place: tuple[float, float] = (0.5, 0.5),
) -> DrawnPair:
    """A pair that passes, or one with a defect; equal arguments draw equal pixels.

    Each seed is another scene, taken an hour after the one before.

    Args:
        shift: Pixels the camera moved to the right between the frames.
        stops: How much brighter the counterfactual is.
        place: Centre of the object as a share of the frame.
    """
    dice = np.random.default_rng([seed, 1])
    room = _background(np.random.default_rng([seed, 0]), size)
    mask = _ellipse(size, place)
    moved = cv2.warpAffine(room, np.float32([[1, 0, shift], [0, 1, 0]]), size, borderMode=cv2.BORDER_REFLECT)
    lit = room * (1 - 0.45 * _shadow(mask))[..., None]
    colour = dice.uniform(30, 90, 3) + dice.permutation([0.0, 60.0, 120.0])
    factual = np.where(mask[..., None], colour + 0.2 * (_background(dice, size) - 128), lit)
    taken_at = START + timedelta(hours=seed)
    drawn = DrawnPair(_noisy(factual, dice), _noisy(moved * 2.0 ** (stops / 2.2), dice), mask, taken_at)
    for pixels in (drawn.factual, drawn.counterfactual, drawn.mask):
        pixels.setflags(write=False)  # the next caller gets the same
    return drawn


def jpeg(pixels: RGB, taken_at: datetime = START, *, location: bool = False) -> bytes:
    """A JPEG file as a camera on a tripod writes it."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Test", "Test 1"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = taken_at.strftime("%Y:%m:%d %H:%M:%S")
    details[ExifTags.Base.ExposureTime], details[ExifTags.Base.FNumber] = 0.01, 8.0
    details[ExifTags.Base.ISOSpeedRatings], details[ExifTags.Base.FocalLength] = 100, 50.0
    if location:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (52.0, 30.0, 0.0)})
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, exif=exif)
    return stream.getvalue()


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file: [height, width] or [height, width, 3]."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _background(dice: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float64]:
    """Structure of every size, [height, width, 3], about 60..200."""
    width, height = size
    room = np.full((height, width, 3), 128.0)
    for cell, strength in ((3, 9.0), (12, 14.0), (60, 22.0)):
        coarse = dice.normal(0, strength, (height // cell + 2, width // cell + 2, 3)).astype(np.float32)
        room += cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return room.clip(40, 215)


def _ellipse(size: tuple[int, int], place: tuple[float, float]) -> NDArray[np.bool_]:
    width, height = size
    canvas = np.zeros((height, width), np.uint8)
    centre = round(place[0] * width), round(place[1] * height)
    cv2.ellipse(canvas, centre, (round(0.11 * width), round(0.17 * height)), 0, 0, 360, 1, -1)
    return canvas.astype(bool)


def _shadow(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """0..1, soft, to the lower right of the mask."""
    height, width = mask.shape
    moved = np.roll(mask.astype(np.float32), (height // 12, width // 12), (0, 1))
    return cv2.GaussianBlur(moved, (0, 0), width / 60).astype(np.float64)


def _noisy(pixels: NDArray[np.float64], dice: np.random.Generator) -> RGB:
    return (pixels + dice.normal(0, NOISE, pixels.shape)).clip(0, 255).round().astype(np.uint8)
