"""Reject reasons that the numbers speak for. They prefill a screen and order a queue, and decide nothing."""

from __future__ import annotations

from curate.measures import thresholds
from curate.measures.records import RemovalNumbers
from curate.pair_verdicts import Reason


def suggested_reasons(numbers: RemovalNumbers) -> tuple[Reason, ...]:
    """Reasons whose number lies above its threshold, the one that is furthest above it first."""
    above: dict[Reason, float] = {}
    spoken: tuple[tuple[Reason, float | None, float], ...] = (
        ("residual", numbers.residual_object, thresholds.RESIDUAL),
        ("residual", numbers.same_class_score, thresholds.BOX_SCORE),
        ("new_object", numbers.new_object, thresholds.NEW_OBJECT),
        ("new_object", numbers.new_object_score, thresholds.BOX_SCORE),
        ("background_changed", numbers.background_changed, thresholds.BACKGROUND_CHANGED),
        ("background_changed", numbers.outside_changed, thresholds.OUTSIDE_CHANGED),
        ("shadow_left", numbers.effect_left, thresholds.EFFECT_LEFT),
        ("seam", numbers.seam, thresholds.SEAM),
    )
    for reason, value, threshold in spoken:
        if value is not None and value > threshold:
            above[reason] = max(above.get(reason, 0.0), value / threshold)
    return tuple(sorted(above, key=lambda reason: -above[reason]))
