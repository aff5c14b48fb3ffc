"""What the remover did to pixels that were none of its business."""

from __future__ import annotations

import math

import cv2
import numpy as np

from curate.measures import thresholds
from curate.measures.effect import changed_light
from curate.measures.records import RGB, Mask
from curate.measures.small import Small

_WIDER = np.ones((7, 7), np.uint8)  # small pixels: penumbrae end softly


def background_of(mask: Mask, region: Small) -> Mask:
    """[H, W] of the full-size region: outside D, and outside of the effect that was taken away."""
    zone = cv2.dilate(changed_light(region, thresholds.ZONE_STOPS).astype(np.uint8), _WIDER)
    room = 2 * thresholds.OUTLINE_ROOM + 1
    near = cv2.dilate(mask.astype(np.uint8), np.ones((room, room), np.uint8))
    enlarged = cv2.resize(zone, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
    background: Mask = (near | enlarged) == 0
    if np.count_nonzero(background) >= thresholds.LEAST_BACKGROUND:
        return background
    all_around: Mask = near == 0
    return all_around


def background_numbers(x: RGB, z: RGB, background: Mask) -> tuple[float | None, float | None]:
    """PSNR in dB, inf if equal, and share 0..1 of changed pixels; None where there is no background."""
    count = np.count_nonzero(background)
    if count < thresholds.LEAST_BACKGROUND:
        return None, None
    squares = cv2.norm(x, z, cv2.NORM_L2SQR, background.astype(np.uint8))
    psnr = 10 * math.log10(255**2 * 3 * count / squares) if squares else math.inf
    # A mean of 3 x 3 leaves a third of the noise that a faithful decoder adds.
    difference = cv2.convertScaleAbs(cv2.blur(cv2.subtract(x, z, dtype=cv2.CV_16S), (3, 3)))
    red, green, blue = cv2.split(difference)
    changed = (cv2.max(cv2.max(red, green), blue) >= thresholds.CHANGED_STEPS) & background
    return psnr, float(np.count_nonzero(changed) / count)


def outside_changed(x: RGB, z: RGB, rows: slice, columns: slice) -> float:
    """Share 0..1 of the pixels outside of a region that are not equal; 0 if none are outside."""
    height, width = x.shape[:2]
    strips = (
        (slice(0, rows.start), slice(None)),
        (slice(rows.stop, height), slice(None)),
        (rows, slice(0, columns.start)),
        (rows, slice(columns.stop, width)),
    )
    total = height * width - (rows.stop - rows.start) * (columns.stop - columns.start)
    return sum(_different(x[strip], z[strip]) for strip in strips) / total if total else 0.0


def _different(x: RGB, z: RGB) -> int:
    if x.size == 0 or cv2.norm(x, z, cv2.NORM_INF) == 0:
        return 0
    return int(np.count_nonzero((x != z).any(axis=2)))
