"""What keeps two photos from being compared at all: one sentence each."""

from __future__ import annotations

import numpy as np

from curate.capture import thresholds
from curate.capture.alignment import unmoved
from curate.capture.records import Finding, Focus, Frame, Framing, Light, Measured, Noise, Order
from curate.pair_verdicts import Reason
from curate.photos.raw_exif import RAW_FORMATS


def obstacle(factual: Frame, counterfactual: Frame) -> Finding | None:
    """The first thing that makes a comparison impossible, or None."""
    x, y = factual, counterfactual
    if (x.width, x.height) == (y.height, y.width) and x.width != x.height:
        return _refusal(
            "orientation", "One frame is upright and the other is on its side: shoot both the same way up."
        )
    if (x.width, x.height) != (y.width, y.height):
        sizes = f"{x.width} x {x.height} and {y.width} x {y.height}"
        return _refusal(
            "size", f"The frames are {sizes} pixels: shoot both with the same camera and picture size."
        )
    if min(x.width, x.height) < thresholds.SMALLEST_SIDE:
        least = f"{thresholds.SMALLEST_SIDE} on each side are the least that can be checked"
        return _refusal("size", f"The photos are {x.width} x {x.height} pixels: {least}.")
    if min(x.working.shape[:2]) < thresholds.SMALLEST_SIDE:
        return _refusal(
            "size", f"The photos are {x.width} x {x.height} pixels, too narrow to be checked: crop them less."
        )
    if x.bits != y.bits or (x.format in RAW_FORMATS) != (y.format in RAW_FORMATS):
        kinds = f"{x.format} with {x.bits} bits and {y.format} with {y.bits}"
        return _refusal(
            "development",
            f"The frames are {kinds}, developed differently: hand in the same kind of file of both.",
        )
    blank = [float(np.std(frame.working)) < thresholds.BLANK for frame in (x, y)]
    for frame, name, empty in zip((x, y), ("factual", "counterfactual"), blank, strict=True):
        # A single plain frame may be the clean plate of a studio's backdrop.
        black = float(frame.working.mean()) < 0.1
        if empty and (black or all(blank)):
            colour = "black" if black else "of one colour"
            return _refusal(
                "blank", f"The {name} is {colour} all over: check lens cap and exposure, and shoot it again."
            )
    if x.sha256 == y.sha256 or np.array_equal(x.pixels, y.pixels):
        return _refusal(
            "identical",
            "Both frames are the same photo: hand in the one without the object as the counterfactual.",
            "object_left",
        )
    return None


def unmeasured(factual: Frame, counterfactual: Frame, blocked: Finding) -> Measured:
    """The record of a pair that an obstacle kept from being measured."""
    shape = factual.working.shape[:2]
    nothing, zero = np.zeros(shape, np.bool_), np.zeros(shape, np.float32)
    return Measured(
        factual_sha256=factual.sha256,
        counterfactual_sha256=counterfactual.sha256,
        width=factual.width,
        height=factual.height,
        obstacle=blocked,
        cameras=(factual.camera, counterfactual.camera),
        alignment=unmoved(),
        light=Light(0.0, (0.0, 0.0), 0.0, (1.0, 1.0, 1.0), 0.0, certain=False),
        noise=Noise(0.0, 0.0, 0.0),
        focus=Focus(1.0, 0.0, 0.0),
        change=zero,
        regions=(),
        order=Order(0.0, 0.0, 0.0, 0.0),
        framing=Framing(0.0, 0.0, 0.0),
        object_mask=nothing,
        effect_mask=nothing,
        shadow_mask=nothing,
        reflection_mask=nothing,
        other_mask=nothing,
        alpha=zero,
        mask_given=False,
    )


def _refusal(check: str, sentence: str, reason: Reason = "other") -> Finding:
    return Finding(check, "fail", None, None, "", sentence, reason)
