"""Findings about the change: whether one object went and nothing else, and which frame holds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from curate.capture import thresholds as t
from curate.capture.records import Evidence, Finding, Measured, Region
from curate.capture.shapes import things_in
from curate.records import Box, Detection


def change_findings(measured: Measured, evidence: Evidence) -> list[Finding]:
    """What went, in the order in which a photographer should hear of it."""
    changed = _change(measured)
    if changed.verdict == "fail":
        return [changed]
    return [
        changed,
        *_mask(measured),
        _other(measured),
        _far_light(measured),
        _lamp(measured),
        _order(measured, evidence),
        _residual(measured),
        *_removed(evidence),
        *_framing(measured),
    ]


def _change(measured: Measured) -> Finding:
    share = float(measured.object_mask.mean())
    if share < t.SMALLEST_OBJECT and measured.mask_given:
        sentence = f"The drawn mask covers only {share:.2%} of the frame: paint the whole object."
        return Finding("change", "fail", share, t.SMALLEST_OBJECT, "share", sentence, "bad_mask")
    if share < t.SMALLEST_OBJECT:
        sentence = "Nothing was taken away between the frames: remove the object and reshoot the clean plate."
        return Finding("change", "fail", share, t.SMALLEST_OBJECT, "share", sentence, "object_left")
    sentence = f"One object of {share:.1%} of the frame went."
    return Finding("change", "pass", share, t.SMALLEST_OBJECT, "share", sentence)


def _mask(measured: Measured) -> list[Finding]:
    """Whether the photographer's own mask lies on what changed."""
    if not measured.mask_given:
        return []
    share = float(np.mean(measured.change[measured.object_mask] > t.CHANGED))
    if share < t.MASK_CHANGED:
        sentence = f"Only {share:.0%} of the drawn mask changed between the frames: paint the object alone."
        return [Finding("mask", "fail", share, t.MASK_CHANGED, "share", sentence, "bad_mask")]
    if things_in(measured.object_mask) > 1:
        sentence = "The drawn mask holds things that stand apart: a pair shows one object; paint only that."
        return [Finding("mask", "warn", share, t.MASK_CHANGED, "share", sentence, "bad_mask")]
    sentence = "The drawn mask lies on what changed."
    return [Finding("mask", "pass", share, t.MASK_CHANGED, "share", sentence)]


def _other(measured: Measured) -> Finding:
    others = [region for region in measured.regions if region.kind == "other"]
    share = float(sum(region.share for region in others))
    if share > t.OTHER_SHARE:
        seen = f"Something else changed {_place(others[0], measured)} ({share:.1%} of the frame)"
        sentence = f"{seen}: put it back and reshoot the clean plate."
        return Finding("other", "fail", share, t.OTHER_SHARE, "share", sentence, "other_change")
    return Finding("other", "pass", share, t.OTHER_SHARE, "share", "Nothing else changed.")


def _far_light(measured: Measured) -> Finding:
    effects = [region for region in measured.regions if region.kind in ("shadow", "reflection")]
    far = [region for region in effects if not region.attached]
    share, limit = float(sum(region.share for region in far)), t.FAR_EFFECT
    if share > limit:
        seen = f"The light changed {_place(far[0], measured)}, away from the object"
        sentence = f"{seen}: wait for steady light and reshoot the clean plate."
        return Finding("far_light", "fail", share, limit, "share", sentence, "light_changed")
    sentence = "The light changed at the object only."
    return Finding("far_light", "pass", share, limit, "share", sentence)


def _lamp(measured: Measured) -> Finding:
    """Whether the light changed in a way that no shadow or reflection of the object explains."""
    rows = np.flatnonzero(measured.object_mask.any(axis=1))
    above = measured.shadow_mask[: rows[0]] if rows.size else measured.shadow_mask
    lit = np.count_nonzero(measured.reflection_mask) + np.count_nonzero(above)
    share, limit = lit / measured.object_mask.size, t.LAMP_EFFECT
    if share > limit:
        seen = f"The light changed on {share:.0%} of the frame where neither shadow nor reflection should lie"
        sentence = (
            f"{seen}: look at both frames in turn, and reshoot in steady light if a lamp or cloud did it."
        )
        return Finding("lamp", "warn", share, limit, "share", sentence, "light_changed")
    sentence = "What light changed lies where a shadow or reflection may."
    return Finding("lamp", "pass", share, limit, "share", sentence)


def _place(region: Region, measured: Measured) -> str:
    height, width = measured.change.shape
    across = ("left", "centre", "right")[min(int((region.box.x + region.box.width / 2) * 3 / width), 2)]
    down = ("upper", "middle", "lower")[min(int((region.box.y + region.box.height / 2) * 3 / height), 2)]
    if (down, across) == ("middle", "centre"):
        return "in the centre"
    return f"at the {down} {across}"


def _order(measured: Measured, evidence: Evidence) -> Finding:
    score = measured.order.score + t.BOX_WEIGHT * _boxes_for_order(measured, evidence)
    if score < 0:
        sentence = "The frames look swapped: the object is in the counterfactual; exchange them."
        return Finding("order", "fail", score, 0.0, "log-odds", sentence, "wrong_order")
    return Finding("order", "pass", score, 0.0, "log-odds", "The object is in the factual.")


def _boxes_for_order(measured: Measured, evidence: Evidence) -> int:
    """+1 if only the factual has a box on the object, -1 if only the counterfactual has one, else 0."""
    if evidence.boxes_factual is None or evidence.boxes_counterfactual is None:
        return 0
    regions = [region for region in measured.regions if region.kind == "object"]
    if not regions:
        return 0
    reduction = max(measured.width, measured.height) / max(measured.change.shape)
    box = regions[0].box
    here = _any_on(box, evidence.boxes_factual, reduction)
    return int(here) - int(_any_on(box, evidence.boxes_counterfactual, reduction))


def _any_on(box: Box, detections: Sequence[Detection], reduction: float) -> bool:
    return any(
        detection.score >= t.BOX_SCORE and _reduced(detection.box, reduction).overlap(box) >= t.BOX_OVERLAP
        for detection in detections
    )


def _reduced(box: Box, reduction: float) -> Box:
    return Box(box.x / reduction, box.y / reduction, box.width / reduction, box.height / reduction)


def _residual(measured: Measured) -> Finding:
    share, limit = measured.order.against, t.AGAINST_OUTLINE
    if share > limit:
        seen = "Something stands in the object's place, or part of it was left"
        sentence = f"{seen}: look at both frames in turn, and reshoot the clean plate if so."
        return Finding("residual", "fail", share, limit, "share", sentence, "object_left")
    return Finding("residual", "pass", share, limit, "share", "No other outline runs along the object's.")


def _removed(evidence: Evidence) -> list[Finding]:
    cosine = evidence.cosine
    if cosine is None:
        return []
    if cosine > t.SAME_COSINE:
        seen = "What stands in the object's place still looks like it"
        sentence = f"{seen}: take the object away and reshoot the clean plate."
        return [Finding("removed", "warn", cosine, t.SAME_COSINE, "cosine", sentence, "object_left")]
    return [Finding("removed", "pass", cosine, t.SAME_COSINE, "cosine", "The object is gone.")]


def _framing(measured: Measured) -> Iterator[Finding]:
    """Advice: it passes, whatever it says."""
    framing = measured.framing
    low, high = t.OBJECT_SHARES
    if framing.share < low:
        text = "The object is small in the frame: move closer next time."
        yield Finding("framing_size", "pass", framing.share, low, "share", text)
    if framing.share > high:
        text = "The object fills the frame: move back next time."
        yield Finding("framing_size", "pass", framing.share, high, "share", text)
    if framing.border > t.BORDER_SHARE:
        text = "The frame's border cuts the object: leave room around it."
        yield Finding("framing_cut", "pass", framing.border, t.BORDER_SHARE, "share", text)
    if framing.lower_border > t.LOWER_BORDER_SHARE:
        text = "Object and shadow run over the lower border: leave room for the shadow."
        limit = t.LOWER_BORDER_SHARE
        yield Finding("framing_shadow_room", "pass", framing.lower_border, limit, "share", text)
