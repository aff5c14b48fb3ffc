"""Checks of a pair as records, for tests of what is done with them: nothing here was measured."""

from __future__ import annotations

import numpy as np

from curate.capture.alignment import described
from curate.capture.frames import working_copy
from curate.capture.records import (
    CameraSettings,
    Finding,
    Focus,
    Frame,
    Framing,
    Light,
    Mask,
    Measured,
    Noise,
    Order,
    PairCheck,
)
from curate.capture.resampling import Pixels

STILL = np.array([[1, 0, 0], [0, 1, 0]], np.float32)


def frame_of(pixels: Pixels, sha256: str = "a" * 64) -> Frame:
    return Frame(sha256, "PNG", 8 * pixels.itemsize, pixels, working_copy(pixels), CameraSettings())


def check_of(
    factual: Frame,
    object_mask: Mask,
    effect_mask: Mask | None = None,
    *,
    matrix: np.ndarray = STILL,
    mask_given: bool = False,
    change: np.ndarray | None = None,
    findings: tuple[Finding, ...] = (),
) -> PairCheck:
    """A check that found these working masks, [h, w]."""
    nothing = np.zeros(object_mask.shape, bool)
    effect = nothing if effect_mask is None else effect_mask & ~object_mask
    plain = np.zeros(object_mask.shape, np.float32)
    masks = {
        "object_mask": object_mask,
        "effect_mask": effect,
        "shadow_mask": effect,
        "reflection_mask": nothing,
        "alpha": plain,
    }
    measured = Measured(
        factual_sha256=factual.sha256,
        counterfactual_sha256="b" * 64,
        width=factual.width,
        height=factual.height,
        obstacle=None,
        cameras=(factual.camera, factual.camera),
        alignment=described(matrix, object_mask.shape, factual.reduction, certain=True, overlap=1.0),
        light=Light(0.0, (0.0, 0.0), 0.0, (1.0, 1.0, 1.0), 0.0, certain=True),
        noise=Noise(0.0, 0.0, 1.0),
        focus=Focus(1.0, 0.0, 0.0),
        change=plain if change is None else change,
        regions=(),
        order=Order(0.0, 0.0, 1.0, 0.0),
        framing=Framing(float(object_mask.mean()), 0.0, 0.0),
        other_mask=nothing,
        mask_given=mask_given,
        **masks,
    )
    worst = findings[0] if findings else Finding("settings", "pass", None, None, "", "All is well.")
    return PairCheck(worst.verdict, worst.sentence, findings or (worst,), measured, swapped=False, **masks)
