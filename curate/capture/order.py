"""Which of two frames holds the object, from pixels alone."""

from __future__ import annotations

import cv2
import numpy as np

from curate.capture import thresholds
from curate.capture.records import Mask, Order, Plane

_STRETCH = 10.0  # working pixels of outline that are looked at together
_FAINT = 0.05  # Scharr slope of coded values: below it there is no edge to speak of
_CLEAR = 0.25  # contrast of the two frames' edges


def measure_order(
    factual: Plane, counterfactual: Plane, object_: Mask, shadow: Mask, reflection: Mask
) -> Order:
    """Compare how the two frames continue across the object's outline, and which one its effect darkens.

    Only the frame with the object has an edge along the outline of the change; the background of the other
    one runs through.

    Args:
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same, aligned, light compensated.
        object_: [h, w].
        shadow: [h, w], where the factual is darker outside the object.
        reflection: [h, w], where it is brighter.
    """
    outline = _outline(object_)
    seam = 0.0
    if outline.any():
        edge_x, edge_y = (_edges(p, object_)[outline] for p in (factual, counterfactual))
        seam = float((edge_x - edge_y).sum() / ((edge_x + edge_y).sum() + 1e-6 * edge_x.size))
    darker, brighter = int(np.count_nonzero(shadow)), int(np.count_nonzero(reflection))
    direction = (darker - brighter) / max(darker + brighter, thresholds.SMALLEST_REGION * object_.size)
    score = thresholds.SEAM_WEIGHT * seam + thresholds.SHADOW_WEIGHT * direction
    against = against_outline(factual, counterfactual, object_)
    return Order(seam=seam, shadow=float(direction), score=float(score), against=against)


def against_outline(factual: Plane, counterfactual: Plane, object_: Mask) -> float:
    """Share 0..1 of the object's outline along which the counterfactual has the edge.

    In a good pair there is next to none. Where part of the object still stands, was pushed aside, or another
    thing came into its place, the outline of that lies in the counterfactual.
    """
    # Bays that the mask leaves open by mistake have an outline inside the object.
    side = int(thresholds.OBJECT_GAP * max(object_.shape)) * 2 + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    whole: Mask = cv2.morphologyEx(object_.astype(np.uint8), cv2.MORPH_CLOSE, disc) > 0
    outline = _outline(whole)
    if not outline.any():
        return 0.0
    near = outline.astype(np.float32)
    weight = np.maximum(cv2.GaussianBlur(near, (0, 0), _STRETCH), 1e-4)
    edge_x, edge_y = (
        cv2.GaussianBlur(_edges(p, whole) * near, (0, 0), _STRETCH) / weight
        for p in (factual, counterfactual)
    )
    contrast = (edge_x - edge_y) / (edge_x + edge_y + _FAINT)
    return float(np.mean(contrast[outline] < -_CLEAR))


def _outline(object_: Mask) -> Mask:
    """The pixels to both sides of the outline, but for those at the frame's border."""
    outline: Mask = (
        cv2.morphologyEx(object_.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    )
    outline[[0, 1, -2, -1]] = False
    outline[:, [0, 1, -2, -1]] = False
    return outline


def _edges(frame: Plane, object_: Mask) -> Plane:
    """Slope across the object's outline, at its strongest within two pixels."""
    soft = cv2.GaussianBlur(object_.astype(np.float32), (0, 0), 3)
    across_x, across_y = cv2.Scharr(soft, cv2.CV_32F, 1, 0), cv2.Scharr(soft, cv2.CV_32F, 0, 1)
    length = np.maximum(np.hypot(across_x, across_y), 1e-6)
    smooth = cv2.GaussianBlur(frame, (0, 0), 1.0)
    slope = _slopes(smooth, across_x / length, across_y / length)
    strongest: Plane = cv2.dilate(slope, np.ones((5, 5), np.uint8))
    return strongest


def _slopes(smooth: Plane, across_x: Plane, across_y: Plane) -> Plane:
    steepest = np.zeros(smooth.shape[:2], np.float32)
    for channel in cv2.split(smooth):
        slope_x, slope_y = cv2.Scharr(channel, cv2.CV_32F, 1, 0), cv2.Scharr(channel, cv2.CV_32F, 0, 1)
        steepest = np.maximum(steepest, np.abs(slope_x * across_x + slope_y * across_y))
    return steepest
