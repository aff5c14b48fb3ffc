"""Photos and masks as PNG, the way they go to outside removers and come back."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.errors import RemovalError
from curate.vision.interfaces import RGB, Mask

QUICK = [cv2.IMWRITE_PNG_COMPRESSION, 1]
"""Lossless either way; level 1 takes a fifth of the time of Pillow's 6, for files that live for seconds."""


def photo_png(photo: RGB) -> bytes:
    """An 8-bit RGB PNG."""
    return _png(np.ascontiguousarray(photo[..., ::-1]))


def mask_png(mask: Mask) -> bytes:
    """An 8-bit grey PNG: 255 on the object, 0 elsewhere."""
    return _png(mask.astype(np.uint8) * 255)


def largest_answer(shape: tuple[int, ...]) -> int:
    """Bytes that the PNG of an answer of that size may have: pixels that do not compress, and some words."""
    height, width = shape[:2]
    return height * (3 * width + 1) * 11 // 10 + 1_000_000


def read_answer(data: bytes, shape: tuple[int, ...], name: str) -> RGB:
    """The pixels of an 8-bit RGB PNG of a known size; the size is compared before anything is decoded.

    Raises:
        RemovalError: it is something else.
    """
    height, width = shape[:2]
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.size != (width, height):
                raise RemovalError(
                    f"{name} gave a picture of {image.width} x {image.height} for a crop of {width} x"
                    f" {height}: it has to keep the size it was shown."
                )
            if image.mode != "RGB":
                raise RemovalError(
                    f"{name} gave a PNG of mode {image.mode}: it has to be 8-bit RGB without alpha."
                )
            return np.array(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RemovalError(f"{name} gave a file that is no whole PNG ({error}): mend the remover.") from error


def _png(pixels: NDArray[Any]) -> bytes:
    written, data = cv2.imencode(".png", pixels, QUICK)
    assert written
    return bytes(data)
