"""Masks as PNG files: written without loss, and a photographer's own read back."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.capture.records import Frame, Mask
from curate.errors import PhotoError
from curate.photos.opening import damage_of, open_photo
from curate.photos.reading import read_upright

_FAST = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE),
]
"""A 24-megapixel mask takes .05 s and .1 MB, at level 6 with filters .4 s and .03 MB."""
_COLOURED = 8
"""Levels between the channels of a pixel above which a mask is no mask but a picture."""
_WHITE = 128
"""Level from which a pixel of a mask is the object's."""


def png(levels: NDArray[np.uint8]) -> bytes:
    """An 8-bit grey PNG of [H, W]."""
    written, data = cv2.imencode(".png", levels, _FAST)
    assert written  # False only for kinds of array that the annotation rules out
    return data.tobytes()


def full_mask(data: bytes, frame: Frame) -> Mask:
    """A mask that somebody drew, [H, W] on the upright photo: white is the object.

    Args:
        data: A PNG as large as the photo or as its working copy, which is enlarged.
        frame: The photo it lies on.

    Raises:
        PhotoError: another format or size, transparency, colours, or nothing or everything is white.
    """
    levels = _levels(data, frame.width * frame.height)
    height, width = levels.shape
    if (width, height) not in ((frame.width, frame.height), frame.working.shape[1::-1]):
        raise PhotoError(
            f"The mask has {width} x {height} pixels and the photo {frame.width} x {frame.height}: "
            "save it in the size of the photo."
        )
    if (width, height) != (frame.width, frame.height):
        size = (frame.width, frame.height)
        levels = cv2.resize(levels, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
    mask = levels >= _WHITE
    if mask.all() or not mask.any():
        colour = "white" if mask.all() else "black"
        raise PhotoError(
            f"The mask is all {colour}, as a pixel counts as white from grey {_WHITE} of 255 on: "
            "paint the object white and all else black."
        )
    return mask


def working_mask(data: bytes, frame: Frame) -> Mask:
    """The same on the working copy, [h, w]: at least half of the pixel's area is white.

    Raises:
        PhotoError: as ``full_mask``.
    """
    return reduced(full_mask(data, frame), frame)


def reduced(mask: Mask, frame: Frame) -> Mask:
    """A full-size mask [H, W] on the working copy, [h, w]."""
    height, width = frame.working.shape[:2]
    covered = cv2.resize(mask.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA)
    found: Mask = covered.reshape(height, width) >= 128
    return found


def _levels(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    photo = open_photo(data, max_pixels)
    if photo.format != "PNG":
        raise PhotoError(f"The mask is a {photo.format} file: save it as PNG, which keeps its edges.")
    with damage_of("PNG"):
        photo.image.load()
        if _see_through(photo.image):
            raise PhotoError("The mask has transparent parts: paint the object white and all else black.")
    pixels = np.asarray(read_upright(photo).picture)
    if np.ptp(pixels, axis=2).max(initial=0) > _COLOURED:
        raise PhotoError("The mask has colours: paint the object white and all else black.")
    return np.ascontiguousarray(pixels[..., 1])


def _see_through(image: Image.Image) -> bool:
    """A canvas writes an alpha channel even where all of it is opaque."""
    if not image.has_transparency_data:
        return False
    return bool(np.asarray(image.convert("RGBA").getchannel("A")).min() < 255)
