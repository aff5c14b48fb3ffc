"""Reject reasons that the numbers speak for. They prefill a screen and order a queue, and decide nothing."""

from __future__ import annotations

from curate.measures import thresholds
from curate.measures.records import RemovalNumbers
from curate.pair_verdicts import Reason

LIMITS: tuple[tuple[Reason, str, float], ...] = (
    ("residual", "residual_object", thresholds.RESIDUAL),
    ("residual", "same_class_score", thresholds.BOX_SCORE),
    ("new_object", "new_object", thresholds.NEW_OBJECT),
    ("new_object", "new_object_score", thresholds.BOX_SCORE),
    ("background_changed", "background_changed", thresholds.BACKGROUND_CHANGED),
    ("background_changed", "outside_changed", thresholds.OUTSIDE_CHANGED),
    ("shadow_left", "effect_left", thresholds.EFFECT_LEFT),
    ("seam", "seam", thresholds.SEAM),
)
"""A reason, the number that speaks for it, and the value above which it does."""


def suggested_reasons(numbers: RemovalNumbers) -> tuple[Reason, ...]:
    """Reasons whose number lies above its threshold, the one that is furthest above it first."""
    above: dict[Reason, float] = {}
    for reason, name, threshold in LIMITS:
        value = getattr(numbers, name)
        if value is not None and value > threshold:
            above[reason] = max(above.get(reason, 0.0), value / threshold)
    return tuple(sorted(above, key=lambda reason: -above[reason]))
