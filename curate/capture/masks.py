"""The soft effect: how much of the light the object takes away, or adds, where it does not stand itself."""

from __future__ import annotations

import cv2
import numpy as np

from curate.capture import thresholds
from curate.capture.records import Mask, Plane


def effect_alpha(factual: Plane, counterfactual: Plane, effect: Mask) -> Plane:
    """(Y - X) / (Y + eps) in linear light, 0..1, on the effect; where X is the brighter one, the same of X.

    Args:
        factual: X, [h, w, 3] linear light.
        counterfactual: Y, the same, aligned, light compensated.
        effect: [h, w].
    """
    x, y = (cv2.GaussianBlur(p.mean(2), (0, 0), 1.0) for p in (factual, counterfactual))
    alpha = np.abs(y - x) / (np.maximum(x, y) + np.float32(thresholds.ALPHA_EPS))
    return np.where(effect, np.clip(alpha, 0, 1), 0).astype(np.float32)
