"""What changed between two frames, in colours, and masks drawn as outlines."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from curate.capture.palette import HEAT, KINDS
from curate.capture.records import Mask, PairCheck, Plane
from curate.errors import PhotoError

RGB = NDArray[np.uint8]
"""uint8 [height, width, 3]."""

QUIET, LOUD = 3.0, 100.0
"""Standard deviations of noise that get the first and the last colour."""
_HALO = (255, 255, 255)
_LEVELS = 256 // (len(KINDS) + 1)
"""Steps from quiet to loud. The palette repeats them for every kind of region, so that a pixel's index tells
the kind besides."""


def change_map_image(check: PairCheck) -> bytes:
    """A PNG of the working copy's size: paper where only noise differs, the darker the surer the change."""
    picture = Image.fromarray(_levels(check.measured.change) + _LEVELS * _kinds(check))
    picture.putpalette(_palette_of_kinds())
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=6)
    return stream.getvalue()


def kinds_of(change_map: bytes) -> NDArray[np.uint8]:
    """What each pixel of a ``change_map_image`` was taken for: 0, or the place in ``KINDS`` from 1 on.

    Raises:
        PhotoError: an earlier version made the picture.
    """
    picture = Image.open(io.BytesIO(change_map))
    if bytes(picture.getpalette() or ()) != _palette_of_kinds():
        raise PhotoError("The pair was measured by an earlier version: hand in a mask, or the photos anew.")
    index: NDArray[np.uint8] = np.asarray(picture, np.uint8)
    kinds: NDArray[np.uint8] = index // np.uint8(_LEVELS)
    return kinds


def heat(change: Plane, behind: RGB) -> RGB:
    """The change in colours over a faint ``behind``, both of one size."""
    grey: Plane = cv2.cvtColor(behind, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    faint = 200 + grey * (55 / 255)
    levels = _levels(change)
    cover: Plane = np.clip(levels[..., None].astype(np.float32) / (0.1 * _LEVELS), 0, 1)
    mixed: RGB = (faint + (_palette()[levels] - faint) * cover).astype(np.uint8)
    return mixed


def scale_bar(width: int, height: int) -> RGB:
    """All colours from quiet to loud, left to right."""
    levels = np.linspace(0, _LEVELS - 1, width).astype(np.uint8)
    return np.broadcast_to(_palette()[levels], (height, width, 3)).copy()


def outlined(picture: RGB, mask: Mask, colour: str) -> RGB:
    """The picture with the mask's outline, two pixels wide on white, so that it shows on any photo.

    ``mask`` may have another size; it is fitted to the picture.
    """
    height, width = picture.shape[:2]
    fitted = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    outlines, _ = cv2.findContours(fitted, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    drawn = picture.copy()
    for ink, thickness in ((_HALO, 4), (ImageColor.getrgb(colour)[:3], 2)):
        cv2.drawContours(drawn, outlines, -1, ink, thickness, cv2.LINE_AA)
    return drawn


def tinted(picture: RGB, mask: Mask, colour: str, share: float = 0.55) -> RGB:
    """The picture with ``share`` of a colour mixed in where the mask is set; both of one size."""
    mixed = picture.copy()
    ink = np.array(ImageColor.getrgb(colour)[:3], np.float32)
    mixed[mask] = (picture[mask] * (1 - share) + ink * share).astype(np.uint8)
    return mixed


def _levels(change: Plane) -> NDArray[np.uint8]:
    """0.._LEVELS - 1 on a logarithmic scale between quiet and loud."""
    steps = np.log(np.maximum(change, QUIET) / QUIET) / np.log(LOUD / QUIET)
    levels: NDArray[np.uint8] = (np.clip(steps, 0, 1) * (_LEVELS - 1)).astype(np.uint8)
    return levels


def _kinds(check: PairCheck) -> NDArray[np.uint8]:
    masks = {
        "object": check.object_mask,
        "shadow": check.shadow_mask,
        "reflection": check.reflection_mask,
        "other": check.measured.other_mask,
    }
    kinds = np.zeros(check.object_mask.shape, np.uint8)
    for place, kind in reversed(tuple(enumerate(KINDS, 1))):  # what is written last stays whole
        kinds[masks[kind]] = place
    return kinds


def _palette() -> RGB:
    """[_LEVELS, 3]."""
    stops = [at for at, _ in HEAT]
    inks = np.array([ImageColor.getrgb(colour)[:3] for _, colour in HEAT], np.float64)
    at = np.linspace(0, 1, _LEVELS)
    return np.stack([np.interp(at, stops, inks[:, channel]) for channel in range(3)], 1).astype(np.uint8)


def _palette_of_kinds() -> bytes:
    return _palette().tobytes() * (len(KINDS) + 1)
