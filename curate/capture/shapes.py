"""Small operations on masks that several steps share."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from curate.capture import thresholds
from curate.capture.records import Mask, Plane

NEIGHBOURS = np.ones((3, 3), np.uint8)


def disc(radius: float) -> NDArray[np.uint8]:
    side = int(radius) * 2 + 1
    kernel: NDArray[np.uint8] = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return kernel


def gap(shape: tuple[int, ...]) -> float:
    """Pixels within which pieces of one object lie."""
    return thresholds.OBJECT_GAP * max(shape[:2])


def widened(mask: Mask, radius: float) -> Mask:
    # Dilating with a disc of 50 pixels takes 13 times as long.
    wide: Mask = distance_from(mask) <= radius
    return wide


def distance_from(mask: Mask) -> Plane:
    """Pixels to the closest one of the mask, within 2 %."""
    away: Plane = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return away


def opened(mask: Mask, radius: float) -> Mask:
    """Without what is thinner than ``radius`` to both sides."""
    thick: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(radius)).astype(np.bool_)
    return thick


def closed(mask: Mask, radius: float) -> Mask:
    """With gaps and bays narrower than ``radius`` to both sides."""
    whole: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, disc(radius)).astype(np.bool_)
    return whole


def filled(mask: Mask) -> Mask:
    whole: Mask = ndimage.binary_fill_holes(mask)
    return whole


def touching(mask: Mask, other: Mask) -> Mask:
    """Those pieces of ``mask`` that share a pixel with ``other``."""
    labels, _ = ndimage.label(mask)
    found: Mask = np.isin(labels, np.unique(labels[other])) & mask
    return found


def largest(mask: Mask) -> Mask:
    """The largest connected piece."""
    labels, count = ndimage.label(mask, structure=NEIGHBOURS)
    if count == 0:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    found: Mask = labels == sizes.argmax()
    return found


def things_in(mask: Mask) -> int:
    """How many things of a mask stand farther apart than the pieces of one object."""
    _, count = ndimage.label(widened(mask, gap(mask.shape) / 2))
    return int(count)


def hull(mask: Mask) -> Mask:
    """The convex hull."""
    inside = np.zeros(mask.shape, np.uint8)
    points = cv2.findNonZero(mask.astype(np.uint8))
    if points is not None:
        cv2.fillConvexPoly(inside, cv2.convexHull(points), 1)
    return inside.astype(np.bool_)


def enlarged(mask: Mask, shape: tuple[int, ...]) -> Mask:
    large: Mask = cv2.resize(mask.astype(np.float32), shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return large
