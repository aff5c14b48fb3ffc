"""Masks at the full upright size of the factual, and the two photos laid exactly on each other.

The checks work on a small copy. What leaves the workspace is as large as the photo: the outline of the object
is found anew among full-size pixels near the enlarged one, and the effect's alpha is computed from them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.capture.outline import refined
from curate.capture.photometry import linear
from curate.capture.records import Alignment, Frame, Mask, PairCheck, Plane
from curate.capture.resampling import Pixels, Window, enlarged, onto_factual
from curate.capture.thresholds import ALPHA_EPS, OUTLINE_REACH, REFINED_CORNER
from curate.errors import PhotoError
from curate.records import Box

_BAND = 512  # rows: of 6,000 pixels, 12 MB per plane of floats
_KERNEL = 4  # pixels that Lanczos resampling looks to each side


@dataclass(frozen=True, slots=True, eq=False)
class FullSizeMasks:
    """On the pixels of the upright factual, [H, W]."""

    mask: NDArray[np.uint8]
    """255 on the object, else 0."""
    effect: NDArray[np.uint8]
    """255 on its shadow and reflection, else 0; never on the object."""
    alpha: NDArray[np.uint8]
    """Strength of the effect, 0..255 for 0..1; 0 outside it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """What a window is computed from."""

    factual: Frame
    counterfactual: Frame
    check: PairCheck
    given: Mask | None


def full_size_masks(
    factual: Frame, counterfactual: Frame, check: PairCheck, given: Mask | None = None
) -> FullSizeMasks:
    """Enlarge the masks of a check.

    Args:
        factual: The frame the masks lie on.
        counterfactual: The other one, of the same size.
        check: What was found on the working copies.
        given: [H, W], the photographer's own object mask, which is taken as it is.
    """
    pair = _Pair(factual, counterfactual, check, given)
    shape = factual.pixels.shape[:2]
    mask = np.zeros(shape, np.uint8) if given is None else given * np.uint8(255)
    effect, alpha = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    margin = math.ceil(4 * OUTLINE_REACH * factual.reduction)
    for kept in _windows(pair, margin):
        seen = kept.padded(margin, *shape)
        found = _object_mask(pair, seen)
        around = _effect_mask(pair, seen, found)
        strength = _alpha(pair, seen, found, around)
        for plane, values in ((mask, found * 255), (effect, around * 255), (alpha, np.rint(strength * 255))):
            plane[kept.inside] = values[kept.within(seen)]
    return FullSizeMasks(mask, effect, alpha)


def aligned(factual: Frame, counterfactual: Frame, alignment: Alignment) -> tuple[Pixels, Pixels, Box]:
    """Lay the counterfactual onto the factual and cut off the border it does not cover.

    Meant for cameras that moved by less than 2 pixels; resampling (Lanczos) costs a little sharpness.

    Returns:
        Factual and counterfactual [H', W', 3], and what is left of the factual, in its full-size pixels.

    Raises:
        PhotoError: nothing would be left.
    """
    height, width = factual.pixels.shape[:2]
    inset = math.ceil(alignment.corner) + _KERNEL
    if 2 * inset >= min(height, width):
        raise PhotoError("The photos are too small to be aligned: take the pair again with a still camera.")
    left = Window(inset, height - inset, inset, width - inset)
    moved = onto_factual(counterfactual, alignment, left, cv2.INTER_LANCZOS4)
    return factual.pixels[left.inside], moved, Box(inset, inset, width - 2 * inset, height - 2 * inset)


def _windows(pair: _Pair, margin: int) -> Iterator[Window]:
    """Bands of rows that together hold the object and its effect."""
    masked = pair.check.object_mask | pair.check.effect_mask
    if not masked.any():
        return
    height, width = pair.factual.pixels.shape[:2]
    down, across = height / masked.shape[0], width / masked.shape[1]
    rows, columns = np.flatnonzero(masked.any(1)), np.flatnonzero(masked.any(0))
    tight = Window(
        int(rows[0] * down),
        math.ceil((rows[-1] + 1) * down),
        int(columns[0] * across),
        math.ceil((columns[-1] + 1) * across),
    )
    whole = tight.padded(margin, height, width)
    for top in range(whole.top, whole.bottom, _BAND):
        yield Window(top, min(top + _BAND, whole.bottom), whole.left, whole.right)


def _object_mask(pair: _Pair, seen: Window) -> Mask:
    if pair.given is not None:
        return pair.given[seen.inside]
    working = pair.check.object_mask
    soft = enlarged(working.astype(np.float32), pair.factual, seen)
    if pair.check.measured.mask_given:
        return soft > 0.5
    inside = enlarged(_grown(~working), pair.factual, seen) < 0.5
    outside = enlarged(_grown(working), pair.factual, seen) < 0.5
    reach = math.ceil(3 * OUTLINE_REACH * pair.factual.reduction)
    return refined(soft, inside, outside, _change(pair, seen), reach)


def _effect_mask(pair: _Pair, seen: Window, found: Mask) -> Mask:
    """The enlarged effect, which also takes what the object's refined outline leaves between the two."""
    check = pair.check
    effect = enlarged(check.effect_mask.astype(np.float32), pair.factual, seen) > 0.5
    either = enlarged((check.effect_mask | check.object_mask).astype(np.float32), pair.factual, seen) > 0.5
    near = enlarged(_grown(check.effect_mask), pair.factual, seen) > 0.5
    return (effect | (either & near)) & ~found


def _alpha(pair: _Pair, seen: Window, found: Mask, around: Mask) -> Plane:
    """``masks.effect_alpha`` of light averaged over a working pixel's area outside the object."""
    side = 2 * math.ceil(pair.factual.reduction / 2) + 1
    outside = (~found).astype(np.float32)
    weight = np.maximum(cv2.boxFilter(outside, -1, (side, side)), np.float32(1e-6))

    def light(pixels: Pixels, gain: tuple[float, float, float]) -> Plane:
        coded = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
        even = cv2.transform(linear(coded), np.array([[1 / (3 * factor) for factor in gain]]))
        local: Plane = cv2.boxFilter(even * outside, -1, (side, side)) / weight
        return local.astype(np.float32, copy=False)

    factual, counterfactual = _pixels(pair, seen)
    x, y = light(factual, (1.0, 1.0, 1.0)), light(counterfactual, pair.check.measured.light.gain)
    alpha = np.abs(y - x) / (np.maximum(x, y) + np.float32(ALPHA_EPS))
    return np.where(around, np.clip(alpha, 0, 1), 0).astype(np.float32, copy=False)


def _change(pair: _Pair, seen: Window) -> Plane:
    """How much the photos differ, 0..1: the most of three channels, over 3 x 3 pixels."""
    x, y = _pixels(pair, seen)
    difference: Plane = cv2.absdiff(x, y).max(axis=2).astype(np.float32) / np.float32(np.iinfo(x.dtype).max)
    smooth: Plane = cv2.blur(difference, (3, 3))
    return smooth.astype(np.float32, copy=False)


def _pixels(pair: _Pair, seen: Window) -> tuple[Pixels, Pixels]:
    alignment = pair.check.measured.alignment
    factual = pair.factual.pixels[seen.inside]
    if alignment.certain and alignment.corner > REFINED_CORNER:
        counterfactual = onto_factual(pair.counterfactual, alignment, seen, cv2.INTER_LINEAR)
    else:
        counterfactual = pair.counterfactual.pixels[seen.inside]
    return factual, counterfactual


def _grown(mask: Mask) -> Plane:
    kernel = np.ones((2 * OUTLINE_REACH + 1,) * 2, np.uint8)
    grown: NDArray[np.uint8] = cv2.dilate(mask.astype(np.uint8), kernel)
    return grown.astype(np.float32)
