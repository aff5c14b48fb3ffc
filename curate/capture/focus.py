"""Whether both frames are equally sharp and how much of them is clipped."""

from __future__ import annotations

import math

import cv2
import numpy as np

from curate.capture.records import Focus, Mask, Plane

_EDGES = 0.9  # quantile: fine structure is compared where there is some
_FAINT = 1e-5  # squared coded values: below it there is no structure to compare


def measure_focus(factual: Plane, counterfactual: Plane, background: Mask) -> Focus:
    """Compare the finest structure of two aligned frames.

    Their noise is alike, so it drops out of the difference of the two energies and out of what they share:
    with b the loss, (b**2 - 1) S over b S is known, and b with it.

    Args:
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same.
        background: [h, w] unchanged pixels.
    """
    fine_x, fine_y = (
        _fine(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY))[background] for p in (factual, counterfactual)
    )
    return Focus(_loss(fine_x, fine_y), _clipped(factual), _clipped(counterfactual))


def _fine(grey: Plane) -> Plane:
    fine: Plane = cv2.GaussianBlur(grey, (0, 0), 0.8) - cv2.GaussianBlur(grey, (0, 0), 2.0)
    return fine


def _loss(fine_x: Plane, fine_y: Plane) -> float:
    if fine_x.size < 100:
        return 1.0
    both = np.abs(fine_x) + np.abs(fine_y)
    steep = both >= np.quantile(both[:: max(both.size // 50_000, 1)], _EDGES)
    x, y = fine_x[steep].astype(np.float64), fine_y[steep].astype(np.float64)
    shared = float(np.mean(x * y))
    if shared < _FAINT:
        return 1.0
    excess = float(np.mean(y * y) - np.mean(x * x)) / shared
    return (excess + math.sqrt(excess**2 + 4)) / 2


def _clipped(frame: Plane) -> float:
    low, high = np.float32(0.5 / 255), np.float32(254.5 / 255)
    outside = np.zeros(frame.shape[:2], np.bool_)
    for channel in cv2.split(frame):
        outside |= (channel <= low) | (channel >= high)
    return float(outside.mean())
