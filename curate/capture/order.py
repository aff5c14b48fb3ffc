"""Which of two frames holds the object, from pixels alone."""

from __future__ import annotations

import numpy as np

from curate.capture import thresholds
from curate.capture.records import Mask, Order, Plane
from curate.capture.seams import balance, outline_of, steps
from curate.capture.shapes import closed, gap


def measure_order(
    factual: Plane, counterfactual: Plane, object_: Mask, shadow: Mask, reflection: Mask
) -> Order:
    """Compare how the two frames continue across the object's outline, and which one its effect darkens.

    Args:
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same, aligned, light compensated.
        object_: [h, w].
        shadow: [h, w], where the factual is darker outside the object.
        reflection: [h, w], where it is brighter.
    """
    darker, brighter = int(np.count_nonzero(shadow)), int(np.count_nonzero(reflection))
    direction = (darker - brighter) / max(darker + brighter, thresholds.SMALLEST_REGION * object_.size)
    seam = _seam(factual, counterfactual, object_)
    score = thresholds.SEAM_WEIGHT * seam + thresholds.SHADOW_WEIGHT * direction
    against = against_outline(factual, counterfactual, object_)
    return Order(seam=seam, shadow=float(direction), score=float(score), against=against)


def _seam(factual: Plane, counterfactual: Plane, object_: Mask) -> float:
    outline = outline_of(object_)
    in_x, in_y = (step[outline].sum() for step in steps(factual, counterfactual, object_))
    return float((in_x - in_y) / max(in_x + in_y, 1e-6))


def against_outline(factual: Plane, counterfactual: Plane, object_: Mask) -> float:
    """Share 0..1 of the object's outline along which the counterfactual has the edge.

    In a good pair there is next to none. Where part of the object still stands, was pushed aside, or another
    thing came into its place, the outline of that lies in the counterfactual.
    """
    # Bays that the mask leaves open by mistake have an outline inside the object.
    whole = closed(object_, gap(object_.shape))
    contrast = balance(factual, counterfactual, whole)[outline_of(whole)]
    return float(np.mean(contrast < -thresholds.CLEAR_CONTRAST)) if contrast.size else 0.0
