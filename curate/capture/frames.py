"""Bytes of two photos to the frames of a pair."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.capture.camera_settings import camera_settings
from curate.capture.records import CameraSettings, Frame, Plane
from curate.capture.thresholds import WORKING_SIDE
from curate.errors import PhotoError
from curate.photos.exif import exif_as_json
from curate.photos.opening import DEFAULT_MAX_PIXELS, OpenPhoto, damage_of, open_photo
from curate.photos.raw import WhiteBalance, develop, noted_white_balance
from curate.photos.raw_exif import RAW_FORMATS, raw_format
from curate.photos.reading import read_upright
from curate.photos.sixteen_bits import sixteen_bit_pixels

__all__ = ["decode_frame", "decode_pair", "read_settings", "working_copy"]

_BAND = 256  # rows: a band of a 24-megapixel photo has 18 MB as floats


def decode_frame(
    data: bytes,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    raw_white_balance: WhiteBalance | None = None,
) -> Frame:
    """One photo of any readable kind.

    Args:
        data: Bytes of the file; what it is named or called does not count.
        max_pixels: Larger photos are refused before decoding.
        raw_white_balance: Multipliers to develop RAW with; None takes those the camera noted.

    Raises:
        PhotoError: not a photo, damaged, too large, or RAW without the library for it.
    """
    photo = open_photo(data, max_pixels)
    camera = camera_settings(exif_as_json(photo.image))  # before decoding: Pillow closes a TIFF then
    pixels = _pixels(photo, data, raw_white_balance)
    return Frame(
        sha256=hashlib.sha256(data).hexdigest(),
        format=photo.format,
        bits=8 * pixels.itemsize,
        pixels=pixels,
        working=working_copy(pixels),
        camera=camera,
    )


def decode_pair(
    factual: bytes, counterfactual: bytes, *, max_pixels: int = DEFAULT_MAX_PIXELS
) -> tuple[Frame, Frame]:
    """Both photos of a pair, decoded side by side; RAW is developed with the factual's white balance.

    Raises:
        PhotoError: as ``decode_frame``, with the photo that is meant.
    """
    white_balance = pair_white_balance(factual)

    def decoded(name: str, data: bytes) -> Frame:
        try:
            return decode_frame(data, max_pixels=max_pixels, raw_white_balance=white_balance)
        except PhotoError as error:
            sentence = str(error)
            raise PhotoError(f"{name} cannot be used: {sentence[:1].lower()}{sentence[1:]}") from error

    with ThreadPoolExecutor(2) as pool:
        second = pool.submit(decoded, "The counterfactual", counterfactual)
        return decoded("The factual", factual), second.result()


def pair_white_balance(factual: bytes) -> WhiteBalance | None:
    """Multipliers that both RAW photos of a pair are developed with; None if the factual is not RAW.

    Raises:
        PhotoError: as ``decode_frame``.
    """
    kind = raw_format(factual)
    if kind is None:
        return None
    with damage_of(kind):
        return noted_white_balance(factual, kind)


def read_settings(data: bytes) -> CameraSettings:
    """What EXIF says about how a photo was taken. Raises ``PhotoError`` if it is none."""
    return camera_settings(exif_as_json(open_photo(data).image))


def working_copy(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
    """The area average of [H, W, 3], 0..1, long side at most ``WORKING_SIDE``; never enlarged.

    Averages floats: rounding to 8 bits would add as much noise as a clean photo has after averaging.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    full_scale = np.iinfo(pixels.dtype).max
    narrow = np.empty((height, size[0], 3), np.float32)
    for top in range(0, height, _BAND):  # rows first: each band is exact on its own
        band = pixels[top : top + _BAND].astype(np.float32)
        narrow[top : top + _BAND] = cv2.resize(
            band, (size[0], len(band)), interpolation=cv2.INTER_AREA
        ).reshape(len(band), size[0], 3)
    working: Plane = cv2.resize(narrow, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], 3)
    return np.divide(working, full_scale, dtype=np.float32)


def _pixels(
    photo: OpenPhoto, data: bytes, white_balance: WhiteBalance | None
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    if photo.format in RAW_FORMATS:
        with damage_of(photo.format):
            return develop(data, photo.format, white_balance)
    deep = sixteen_bit_pixels(photo, data)
    return np.asarray(read_upright(photo).picture) if deep is None else deep
