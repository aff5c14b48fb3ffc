"""What changed between two frames, in colours, and masks drawn as outlines."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from curate.capture.records import Mask, PairCheck, Plane

RGB = NDArray[np.uint8]
"""uint8 [height, width, 3]."""

QUIET, LOUD = 3.0, 100.0
"""Standard deviations of noise that get the first and the last colour."""
_HEAT = ((0.0, "#f6f5f2"), (0.02, "#ffe8a3"), (0.35, "#ff922b"), (0.7, "#c92a2a"), (1.0, "#3b0a45"))
"""From paper over yellow, orange and red to nearly black, so that it reads in grey as well."""
_HALO = (255, 255, 255)


def change_map_image(check: PairCheck) -> bytes:
    """A PNG of the working copy's size: paper where only noise differs, the darker the surer the change."""
    picture = Image.fromarray(_levels(check.measured.change))
    picture.putpalette(_palette().tobytes())
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=6)
    return stream.getvalue()


def heat(change: Plane, behind: RGB) -> RGB:
    """The change in colours over a faint ``behind``, both of one size."""
    grey: Plane = cv2.cvtColor(behind, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    faint = 200 + grey * (55 / 255)
    levels = _levels(change)
    cover = np.clip(levels[..., None].astype(np.float32) / 24, 0, 1)
    return (faint + (_palette()[levels] - faint) * cover).astype(np.uint8)


def scale_bar(width: int, height: int) -> RGB:
    """All colours from quiet to loud, left to right."""
    levels = np.linspace(0, 255, width).astype(np.uint8)
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
    """0..255 on a logarithmic scale between quiet and loud."""
    steps = np.log(np.maximum(change, QUIET) / QUIET) / np.log(LOUD / QUIET)
    levels: NDArray[np.uint8] = (np.clip(steps, 0, 1) * 255).astype(np.uint8)
    return levels


def _palette() -> RGB:
    """[256, 3]."""
    stops = [at for at, _ in _HEAT]
    inks = np.array([ImageColor.getrgb(colour)[:3] for _, colour in _HEAT], np.float64)
    at = np.linspace(0, 1, 256)
    return np.stack([np.interp(at, stops, inks[:, channel]) for channel in range(3)], 1).astype(np.uint8)
