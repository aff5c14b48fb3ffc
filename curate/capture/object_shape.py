"""The object's mask, mended by where its outline lies: in the factual alone, if it is the object's."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from curate.capture import thresholds
from curate.capture.records import Mask, Plane
from curate.capture.seams import balance, outline_of
from curate.capture.shapes import closed, hull, opened, widened

_SPECK = 4.0  # working pixels: thinner bits do not stretch the hull
_THIN = 2.0  # working pixels: thinner bays are the outline's own
_SMALLEST_BAY = 1e-4  # of the frame
_NECK = 12.0  # working pixels: half the width of what may join two things


def filled_bays(object_: Mask, factual: Plane, counterfactual: Plane) -> Mask:
    """With the parts that look like what was behind them: the factual runs on into them without an edge.

    Args:
        object_: [h, w].
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same, aligned, light compensated.
    """
    contrast = balance(factual, counterfactual, object_)
    inside = hull(opened(object_, _SPECK))
    labels, count = ndimage.label(opened(inside & ~object_, _THIN))
    line = widened(object_, 3) & (labels > 0)
    mended = object_.copy()
    for number in range(1, count + 1):
        bay = labels == number
        if np.count_nonzero(bay) >= _SMALLEST_BAY * object_.size and _runs_on(contrast[bay & line]):
            mended |= bay
    return closed(mended, 3) if mended.any() and (mended != object_).any() else object_


def _runs_on(contrast: Plane) -> bool:
    """Whether along a bay's shore the edge is more often in the counterfactual alone."""
    if not contrast.size:
        return False
    clear = thresholds.CLEAR_CONTRAST
    against, along = float(np.mean(contrast < -clear)), float(np.mean(contrast > clear))
    return against > max(thresholds.BAY_SHARE, 2 * along)


def bright_parts(object_: Mask, brighter: Mask, factual: Plane, counterfactual: Plane) -> Mask:
    """Pieces of ``brighter`` that are the object's: plain, hardly brighter than what they hide, but with an
    edge of their own. Mirror images have one too, but lie below.

    Args:
        object_: [h, w].
        brighter: [h, w], where the factual is brighter and nothing else differs.
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same, aligned, light compensated.
    """
    rows = object_.any(axis=1, keepdims=True)
    above: Mask = np.flipud(np.logical_or.accumulate(np.flipud(rows)))  # the object's lowest row
    labels, _ = ndimage.label(opened(brighter & above, _THIN))
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    parts = np.zeros_like(object_)
    for number in np.unique(labels[widened(object_, 3 * _THIN)]):
        if sizes[number] < thresholds.SMALLEST_REGION * object_.size:
            continue
        part = labels == number
        whole = closed(object_ | part, 3)
        around = balance(factual, counterfactual, whole)[outline_of(whole) & part]
        if around.size and np.mean(around > thresholds.CLEAR_CONTRAST) > thresholds.BRIGHT_OUTLINE:
            parts |= part
    return parts


def strays(object_: Mask, factual: Plane, counterfactual: Plane) -> Mask:
    """Lobes of the mask that came rather than went: another thing that touches the object or its shadow.

    Args:
        object_: [h, w].
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same, aligned, light compensated.
    """
    lobes, count = ndimage.label(opened(object_, _NECK))
    if count < 2:
        return np.zeros_like(object_)
    outline = outline_of(object_)
    contrast = balance(factual, counterfactual, object_)
    nearest = _nearest(lobes)
    sizes = np.bincount(lobes.ravel(), minlength=count + 1)
    sizes[0] = 0
    came = np.zeros(count + 1, np.bool_)
    for number in np.flatnonzero(sizes >= thresholds.OTHER_SHARE * object_.size):
        around = contrast[outline & (nearest == number)]
        if number != sizes.argmax() and around.size:
            came[number] = np.mean(around < -thresholds.CLEAR_CONTRAST) > thresholds.STRAY_OUTLINE
    return object_ & came[nearest]


def _nearest(labels: Mask) -> Mask:
    """For every pixel the number of the label that is closest to it."""
    _, seeds = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    number_of = np.zeros(int(seeds.max()) + 1, labels.dtype)
    number_of[seeds[labels > 0]] = labels[labels > 0]
    return number_of[seeds]
