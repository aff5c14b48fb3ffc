"""Everything ingest learns from one photo, from a single decode. Runs in worker processes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import imagehash
from PIL import Image

from curate.errors import PhotoError
from curate.photos.exif import exif_as_json, has_location
from curate.photos.opening import DEFAULT_MAX_PIXELS, open_photo
from curate.photos.reading import read_upright
from curate.photos.sources import DEFAULT_MAX_BYTES, read_bytes
from curate.records import PhotoFacts

REDUCED_SIDE = 512
"""Longer side, pixels, of the picture that thumbnail and hash are made from. A hash of it differs from
one of the full photo by at most 2 of 64 bits (39 photos of 1-6 megapixels)."""
_WEBP_METHOD = 1
"""0 (fastest) to 6 (smallest). Method 4, Pillow's default, takes three times as long and saves a fifth."""
_WEBP_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Examined:
    """One good photo."""

    uri: str
    facts: PhotoFacts
    thumbnail: bytes
    """WebP, upright sRGB, without EXIF; longer side at most the side asked for."""


@dataclass(frozen=True, slots=True)
class PhotoProblem:
    """One photo that cannot be used."""

    uri: str
    reason: str
    """A sentence for the ``failures`` table."""


def examine_file(
    uri: str,
    *,
    thumbnail_side: int = REDUCED_SIDE,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Examined | PhotoProblem:
    """Read and examine one photo; whatever is wrong with it comes back as a ``PhotoProblem``."""
    try:
        data = read_bytes(uri, max_bytes)
        return examine(data, uri, thumbnail_side=thumbnail_side, max_pixels=max_pixels)
    except PhotoError as error:
        return PhotoProblem(uri, str(error))


def examine(
    data: bytes,
    uri: str,
    *,
    thumbnail_side: int = REDUCED_SIDE,
    max_pixels: int = DEFAULT_MAX_PIXELS,
) -> Examined:
    """Facts and thumbnail of a photo. The facts depend on ``data`` alone.

    Args:
        data: Bytes of the photo's file.
        uri: Passed through, so that results of parallel workers can be told apart.
        thumbnail_side: Longer side of the thumbnail in pixels, 1..512.
        max_pixels: Larger photos are refused before decoding.

    Raises:
        PhotoError: The bytes are not a photo that can be decoded.
    """
    if not 1 <= thumbnail_side <= REDUCED_SIDE:
        raise ValueError(f"thumbnail_side must be 1..{REDUCED_SIDE}, not {thumbnail_side}")
    photo = open_photo(data, max_pixels)
    exif = exif_as_json(photo.image)  # before decoding: Pillow closes a TIFF then
    upright = read_upright(photo, longest_side=REDUCED_SIDE)
    facts = PhotoFacts(
        sha256=hashlib.sha256(data).hexdigest(),
        byte_count=len(data),
        format=photo.format,
        width=upright.width,
        height=upright.height,
        orientation=photo.orientation,
        mode=photo.mode,
        exif=exif,
        has_location=has_location(photo.image, data, exif),
        perceptual_hash=perceptual_hash(upright.picture),
    )
    return Examined(uri, facts, _webp(upright.picture, thumbnail_side))


def perceptual_hash(picture: Image.Image) -> int:
    """64-bit pHash of an upright RGB picture, as an unsigned integer."""
    return int(str(imagehash.phash(picture)), 16)


def _webp(picture: Image.Image, side: int) -> bytes:
    small = picture.copy()
    small.thumbnail((side, side), Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    small.save(stream, "WEBP", quality=_WEBP_QUALITY, method=_WEBP_METHOD)
    return stream.getvalue()
