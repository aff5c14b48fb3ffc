"""The bytes under which a photo leaves: its own, or a PNG of its upright sRGB pixels."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from curate.errors import PhotoError
from curate.exporters.bare_bytes import bare
from curate.photos.opening import damage_of, open_photo
from curate.photos.reading import read_upright
from curate.records import Box

RGB = NDArray[np.uint8]
"""uint8 [height, width, 3], upright, sRGB."""
Decode = Callable[[bytes], RGB]
"""From the bytes of a photo file to its pixels; called from several threads."""

SMALL, QUICK = 6, 1
"""zlib levels: a photo at level 1 has 11 % more bytes than at 6 and takes a third of the time."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """An exported photo or crop."""

    data: bytes
    suffix: str
    """``.jpg`` or ``.png``."""

    @property
    def name(self) -> str:
        """Path below the split folder: ``ab/<sha256><suffix>``."""
        sha256 = hashlib.sha256(self.data).hexdigest()
        return f"{sha256[:2]}/{sha256}{self.suffix}"


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Say which photo or picture it is that cannot be decoded."""
    try:
        yield
    except PhotoError as error:
        raise type(error)(f"{name}: {error}") from error


def exported_photo(data: bytes, decode: Decode) -> MediaFile:
    """A whole photo by the pixel rule: its bytes as ``bare`` leaves them, else decoded once into a PNG."""
    left = bare(data)
    return MediaFile(*left) if left else png(decode(data))


def exported_crop(data: bytes, box: Box, decode: Decode) -> MediaFile:
    """A PNG of the pixels that ``crop_frame`` covers."""
    pixels = decode(data)
    frame = crop_frame(box)
    left, top = int(frame.x), int(frame.y)
    return png(pixels[top : top + int(frame.height), left : left + int(frame.width)])


def crop_frame(box: Box) -> Box:
    """The smallest rectangle of whole pixels around ``box``, a box inside its photo."""
    left, top = max(math.floor(box.x), 0), max(math.floor(box.y), 0)
    return Box(left, top, math.ceil(box.right) - left, math.ceil(box.bottom) - top)


def png(pixels: NDArray[np.uint8], level: int = SMALL) -> MediaFile:
    """Lossless: sRGB if ``pixels`` is [height, width, 3], plain grey values if it is [height, width].

    ``level`` is zlib's, ``QUICK`` or ``SMALL``.
    """
    colour = PngInfo()
    if pixels.ndim == 3:
        colour.add(b"sRGB", b"\0")  # says in the file that the pixels are sRGB, perceptual intent
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", compress_level=level, pnginfo=colour)
    return MediaFile(file.getvalue(), ".png")


def decoded(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """Pixels of an exported picture: [height, width] of a grey PNG, else sRGB [height, width, 3].

    Raises:
        PhotoError: It is damaged or has more than ``max_pixels`` pixels.
    """
    photo = open_photo(data, max_pixels)
    if photo.mode == "L" and photo.format == "PNG":
        with damage_of(photo.format):
            return np.array(photo.image)
    return np.array(read_upright(photo).picture)


def pasted(photo: RGB, background: RGB, mask: NDArray[np.uint8]) -> RGB:
    """y = M*x + (1-M)*z, uint8 [height, width, 3]: ``photo`` where ``mask`` is 255, else ``background``."""
    inside: NDArray[np.bool_] = mask[..., None] == 255  # [height, width, 1]
    return np.where(inside, photo, background)
