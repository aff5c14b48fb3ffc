"""Findings about camera and light: whether both frames were taken of one scene, alike and in equal light."""

from __future__ import annotations

import numpy as np

from curate.capture import thresholds as t
from curate.capture.records import Finding, Measured


def scene(measured: Measured) -> Finding:
    """Whether both frames show the same scene; if it fails, nothing else is worth saying."""
    overlap = measured.alignment.overlap
    if overlap < t.SAME_SCENE_OVERLAP and not _mostly_unchanged(measured):
        sentence = "The frames show different scenes: hand in the two that belong together."
        return Finding("scene", "fail", overlap, t.SAME_SCENE_OVERLAP, "share", sentence, "other")
    sentence = "Both frames show the same scene."
    return Finding("scene", "pass", overlap, t.SAME_SCENE_OVERLAP, "share", sentence)


def _mostly_unchanged(measured: Measured) -> bool:
    """A large object may hide all structure of its scene; two scenes differ nearly everywhere, or by so much
    all over that it looks like noise."""
    unchanged = float(np.mean(measured.change < t.CHANGED))
    return unchanged >= t.SAME_SCENE_UNCHANGED and measured.noise.sigma <= t.SAME_SCENE_NOISE


def camera_findings(measured: Measured) -> list[Finding]:
    """Shift, light and focus, in the order in which a photographer should hear of them."""
    return [
        _shift(measured),
        _exposure(measured),
        _balance(measured),
        _gradient(measured),
        _focus(measured),
        _clipping(measured),
    ]


def _shift(measured: Measured) -> Finding:
    alignment = measured.alignment
    reduction = max(measured.width, measured.height) / max(measured.change.shape)
    still = t.STILL_CORNER * reduction
    moved = f"The camera moved {alignment.corner:.1f} px"
    if not alignment.certain:
        seen = "The background shows too little structure to tell whether the camera moved"
        sentence = f"{seen}: look at both frames in turn."
        return Finding("shift", "warn", alignment.corner, still, "px", sentence, "camera_moved")
    if alignment.corner > max(t.ALIGNABLE_CORNER, still):
        sentence = f"{moved}: reshoot the clean plate."
        return Finding("shift", "fail", alignment.corner, still, "px", sentence, "camera_moved")
    if alignment.corner > still:
        advice = "reshoot the clean plate if the tripod still stands"
        sentence = f"{moved}: the pair can be aligned and cropped, but {advice}."
        return Finding("shift", "warn", alignment.corner, still, "px", sentence, "camera_moved")
    sentence = f"The camera stood still (within {max(alignment.corner, 0.1):.1f} px)."
    return Finding("shift", "pass", alignment.corner, still, "px", sentence)


def _exposure(measured: Measured) -> Finding:
    stops = measured.light.ev
    if not measured.light.certain:
        seen = "Too little of the background is evenly exposed to compare the light"
        sentence = f"{seen}: leave more room around the object, and nothing blown out."
        return Finding("exposure", "warn", None, t.EXPOSURE_STOPS, "stops", sentence, "light_changed")
    direction = "brighter" if stops > 0 else "darker"
    return _light(
        "exposure",
        stops,
        t.EXPOSURE_STOPS,
        f"The counterfactual is {abs(stops):.2f} stops {direction}: "
        "fix the exposure, wait for steady light and reshoot the clean plate.",
        "The exposure is equal.",
    )


def _balance(measured: Measured) -> Finding:
    stops = max(measured.light.white_balance, key=abs)
    return _light(
        "white_balance",
        stops,
        t.BALANCE_STOPS,
        f"The colour of the light changed by {abs(stops):.2f} stops: "
        "fix the white balance and reshoot the clean plate.",
        "The colour of the light is equal.",
    )


def _gradient(measured: Measured) -> Finding:
    stops = measured.light.gradient
    return _light(
        "gradient",
        stops,
        t.GRADIENT_STOPS,
        f"The light changed by {stops:.2f} stops from one side to the other, as under a moving cloud: "
        "wait for steady light and reshoot the clean plate.",
        "The light is equally distributed.",
    )


def _light(check: str, stops: float, limit: float, bad: str, good: str) -> Finding:
    if abs(stops) > limit:
        return Finding(check, "fail", stops, limit, "stops", bad, "light_changed")
    return Finding(check, "pass", stops, limit, "stops", good)


def _focus(measured: Measured) -> Finding:
    ratio = measured.focus.sharpness
    if min(ratio, 1 / ratio) < t.SHARPNESS_RATIO:
        name = "counterfactual" if ratio < 1 else "factual"
        sentence = f"The {name} is out of focus: focus by hand, switch autofocus off, and shoot it again."
        return Finding("focus", "fail", ratio, t.SHARPNESS_RATIO, "ratio", sentence, "blur")
    return Finding("focus", "pass", ratio, t.SHARPNESS_RATIO, "ratio", "Both frames are equally sharp.")


def _clipping(measured: Measured) -> Finding:
    share, limit = measured.light.clipped, t.CLIPPED_SHARE
    if share > limit:
        seen = f"{share:.0%} of the factual is blown out, where neither shadow nor light can be measured"
        sentence = f"{seen}: expose both frames shorter."
        return Finding("clipping", "warn", share, limit, "share", sentence, "light_changed")
    return Finding("clipping", "pass", share, limit, "share", "Little or nothing is blown out.")
