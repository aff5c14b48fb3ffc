"""Bytes of a photo to upright 8-bit sRGB pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.photos.colour import needs_conversion, to_srgb, without_alpha
from curate.photos.opening import DEFAULT_MAX_PIXELS, OpenPhoto, damage_of, open_photo
from curate.photos.raw_exif import RAW_FORMATS

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TURNED_BY_DECODER = ("TIFF", "HEIF", *RAW_FORMATS)
_REDUCED_BY_DECODER = ("JPEG", *RAW_FORMATS)


@dataclass(frozen=True, slots=True)
class Upright:
    """Decoded pixels as a person sees them."""

    picture: Image.Image
    """Mode RGB, sRGB; at most the size that was asked for."""
    width: int
    """Pixels of the full upright photo, whatever the size of ``picture``."""
    height: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What the header says, without decoding (a PNG without EXIF up front is decoded to look for it)."""

    format: str
    mode: str
    orientation: int
    width: int
    """Pixels of the upright photo."""
    height: int
    foreign_colours: bool
    """True if an embedded profile makes the pixels differ from plain sRGB."""


def decode(data: bytes, max_pixels: int = DEFAULT_MAX_PIXELS) -> NDArray[np.uint8]:
    """The whole photo: uint8 [height, width, 3], upright, sRGB, first frame, transparency on white.

    Raises:
        PhotoError: not a photo, damaged, cut short, or more than ``max_pixels`` pixels.
    """
    return np.array(read_upright(open_photo(data, max_pixels)).picture)


def probe(data: bytes, max_pixels: int = DEFAULT_MAX_PIXELS) -> Probe:
    """Format, upright size and colour of a photo. Raises ``PhotoError`` as ``decode`` does."""
    photo = open_photo(data, max_pixels)
    width, height = photo.image.size
    if _turn(photo) >= 5:
        width, height = height, width
    foreign = needs_conversion(photo.image, photo.image.info.get("icc_profile"))
    return Probe(photo.format, photo.mode, photo.orientation, width, height, foreign)


def read_upright(photo: OpenPhoto, longest_side: int | None = None) -> Upright:
    """Decode to upright sRGB, the longer side at most ``longest_side`` pixels if given.

    A reduced JPEG is decoded at 1/2, 1/4 or 1/8 of its size, RAW at 1/2 (still at least ``longest_side``);
    all its data is read, so a photo that is cut short is found all the same.
    """
    with damage_of(photo.format):
        image, full_size = photo.image, photo.image.size
        drafted = longest_side is not None and photo.format in _REDUCED_BY_DECODER
        if longest_side is not None and drafted:
            image.draft(None, _fitted(full_size, longest_side))
        image.load()
        width, height = full_size if drafted else image.size
        picture = without_alpha(image)
        if longest_side is not None and max(picture.size) > longest_side:
            target = _fitted(picture.size, longest_side)
            picture = picture.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)
        picture = to_srgb(picture, image.info.get("icc_profile"))
        turn = _turn(photo)
        if turn in _TURNS:
            picture = picture.transpose(_TURNS[turn])
    return Upright(picture, height, width) if turn >= 5 else Upright(picture, width, height)


def _turn(photo: OpenPhoto) -> int:
    """The orientation that is left to apply after decoding; HEIF's standard gives EXIF no say in it."""
    return 1 if photo.format in _TURNED_BY_DECODER else photo.orientation


def _fitted(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """``size`` scaled down so that its longer side is ``longest_side``; never scaled up."""
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
