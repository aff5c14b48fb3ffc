"""Where exactly an enlarged mask ends, by the change between the two photos on both sides of its outline."""

from __future__ import annotations

import cv2
import numpy as np

from curate.capture.records import Mask, Plane
from curate.capture.thresholds import OUTLINE_CONTRAST


def refined(soft: Plane, inside: Mask, outside: Mask, change: Plane, reach: int) -> Mask:
    """Decide pixel by pixel between what is surely inside and surely outside.

    A pixel counts as inside if its place in the enlarged mask and its change, between those typical of both
    sides nearby, together speak for it. Where both sides changed alike the place alone decides.

    Args:
        soft: [H, W] 0..1, the enlarged mask; 0.5 is its outline.
        inside: [H, W], surely inside.
        outside: [H, W], surely outside.
        change: [H, W] >= 0, how much the photos differ.
        reach: Pixels to each side that count as nearby.
    """
    within, weight_within = _typical(change, inside, reach)
    beyond, weight_beyond = _typical(change, outside, reach)
    contrast = within - beyond
    known = (contrast > OUTLINE_CONTRAST) & (weight_within > 0) & (weight_beyond > 0)
    place = np.clip((change - beyond) / np.maximum(contrast, OUTLINE_CONTRAST), 0, 1)
    speaks = soft + np.where(known, place, soft)
    return inside | ((speaks > 1) & ~outside)


def _typical(change: Plane, where: Mask, reach: int) -> tuple[Plane, Plane]:
    """Mean change of the pixels of a mask within ``reach``, and their share of the square around."""
    size = (2 * reach + 1, 2 * reach + 1)
    chosen = where.astype(np.float32)
    weight = cv2.boxFilter(chosen, -1, size)
    weight[weight < 1e-6] = 0
    mean = cv2.boxFilter(change * chosen, -1, size) / np.maximum(weight, 1e-6)
    return mean.astype(np.float32, copy=False), weight.astype(np.float32, copy=False)
