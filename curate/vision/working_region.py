"""Removing one object from one photo: what lies outside the working region stays as it is, to the bit.

The remover is shown a crop around the object and no more, and its answer is believed only after a look.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import cv2
import numpy as np

from curate.errors import CurateError, RemovalError
from curate.records import Box
from curate.vision.interfaces import RGB, Mask, Remover
from curate.vision.regions import WorkingRegion, around, bounds
from curate.vision.removal_answers import checked
from curate.vision.removal_rules import (
    DILATION_SHARE,
    LARGEST_DILATION,
    SMALLEST_DILATION,
    SMALLEST_REGION,
)


@dataclass(frozen=True, slots=True)
class Removed:
    """A photo without one object."""

    pixels: RGB
    """uint8 [height, width, 3]; equal to the photo outside the region."""
    region: WorkingRegion
    """What the remover was shown."""
    mask: Mask
    """bool [height, width]: the object's mask after dilation, as the remover got it."""
    dilation: int
    """By how many pixels the object's mask was widened."""
    seconds: float
    """Wall time of the remover alone."""


def remove_object(
    remover: Remover,
    photo: RGB,
    object_mask: Mask,
    *,
    dilation: int | None = None,
    padding: float | None = None,
) -> Removed:
    """Remove one object from a photo.

    Args:
        remover: which model does it.
        photo: uint8 [height, width, 3]; not changed, and the remover never holds it.
        object_mask: bool [height, width], True on the object.
        dilation: pixels to widen the mask by; None takes :func:`default_dilation`.
        padding: share of the dilated mask's width and height to show on each side, for shadows that reach
            far; None takes the remover's own.

    Raises:
        RemovalError: the mask is empty or covers all there is to see, or the remover failed or
            gave something else than a photo of that size.
        ModelError: the remover cannot work at all as things are set up.
    """
    if object_mask.shape != photo.shape[:2]:
        raise ValueError(f"a mask of {object_mask.shape} does not lie on a photo of {photo.shape}")
    box = bounds(object_mask)
    if box is None:
        raise RemovalError("The mask is empty, so there is nothing to remove: choose another segmenter.")
    dilation = default_dilation(box) if dilation is None else dilation
    mask = dilated(object_mask, box, dilation)
    padding = remover.padding if padding is None else padding
    region = around(_widened(box, dilation), padding, photo.shape, SMALLEST_REGION)
    crop, crop_mask = photo[region.slices], mask[region.slices]
    if crop_mask.all():
        raise RemovalError("The mask covers all that the remover would see: give it more padding.")
    answer, seconds = _answer(remover, crop, crop_mask)
    pixels = photo.copy()
    pixels[region.slices] = answer
    return Removed(pixels, region, mask, dilation, seconds)


def default_dilation(box: Box) -> int:
    """By how many pixels the mask of an object in a box is widened: 2 % of its size, 3 to 64."""
    wanted = round(DILATION_SHARE * math.sqrt(box.area))
    return max(SMALLEST_DILATION, min(LARGEST_DILATION, wanted))


def dilated(mask: Mask, box: Box, dilation: int) -> Mask:
    """The mask and every pixel at most ``dilation`` pixels from it; ``box`` bounds the mask."""
    part = around(_widened(box, dilation), 0.0, mask.shape).slices  # the rest of a photo is not looked at
    # OpenCV measures from the nearest 0 and to a limit of its own where there is none.
    distance = cv2.distanceTransform((~mask[part]).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    widened = np.zeros_like(mask)
    widened[part] = distance <= dilation
    return widened


def _widened(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def _answer(remover: Remover, crop: RGB, mask: Mask) -> tuple[RGB, float]:
    """The crop without the object, and the remover's seconds."""
    longest = max(mask.shape)
    if remover.largest_side is None or longest <= remover.largest_side:
        return _ask(remover, crop, mask)
    height, width = (max(1, round(side * remover.largest_side / longest)) for side in mask.shape)
    small = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    coverage = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    answer, seconds = _ask(remover, small, coverage > 0)
    return _enlarged(answer, small, crop, mask), seconds


def _enlarged(answer: RGB, small: RGB, crop: RGB, mask: Mask) -> RGB:
    """A small answer at the crop's size.

    Outside the mask only the change is enlarged and added, so that what the remover left alone keeps its
    detail and what it brightened (a shadow) keeps its texture.
    """
    size = crop.shape[1::-1]
    change = cv2.resize(answer.astype(np.float32) - small, size, interpolation=cv2.INTER_CUBIC)
    outside = np.clip(np.rint(crop + change), 0, 255).astype(np.uint8)
    inside = cv2.resize(answer, size, interpolation=cv2.INTER_CUBIC)
    enlarged: RGB = np.where(mask[..., None], inside, outside)
    return enlarged


def _ask(remover: Remover, crop: RGB, mask: Mask) -> tuple[RGB, float]:
    shown, shown_mask = crop.copy(), mask.copy()  # a remover may paint into what it gets
    started = time.perf_counter()
    try:
        answer: object = remover.remove(shown, shown_mask)
    except CurateError:
        raise
    except Exception as error:  # a model may raise anything, and one photo must not stop a run
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise RemovalError(f"{remover.name} failed ({reason}); type: --retry-failed.") from error
    seconds = time.perf_counter() - started
    return checked(answer, crop, mask, remover.name), seconds
