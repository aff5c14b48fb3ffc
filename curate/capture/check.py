"""Measure a counterfactual pair, then judge it."""

from __future__ import annotations

import hashlib

import cv2

from curate.capture import camera_settings, thresholds
from curate.capture.alignment import align
from curate.capture.camera_findings import camera_findings, scene
from curate.capture.camera_motion import moved_back
from curate.capture.change_findings import change_findings
from curate.capture.change_map import change_map
from curate.capture.focus import measure_focus
from curate.capture.framing import measure_framing
from curate.capture.light_ratio import light_ratio
from curate.capture.masks import effect_alpha
from curate.capture.obstacles import obstacle, unmeasured
from curate.capture.order import measure_order
from curate.capture.photometry import coded, linear, measure_light
from curate.capture.records import Evidence, Finding, Frame, Mask, Measured, Noise, PairCheck
from curate.capture.regions import split_change
from curate.capture.structure import background_of

VERSION = "6"
"""Goes up when the checks change what the same thresholds give."""

_LIMITS = [f"{name}={value!r}" for name, value in sorted(vars(thresholds).items()) if name.isupper()]
FINGERPRINT = hashlib.sha256("\n".join([VERSION, *_LIMITS]).encode()).hexdigest()
"""Names these checks with these thresholds; two reports with equal fingerprints may be compared."""

_NO_EVIDENCE = Evidence()


def measure(factual: Frame, counterfactual: Frame, mask: Mask | None = None) -> Measured:
    """Measure everything that pixels tell about a pair.

    Args:
        factual: the frame with the object.
        counterfactual: the frame without it.
        mask: the photographer's own object mask, [h, w] on the factual's working copy. It says what is the
            object; camera and light are measured without it, so that nothing can be painted over.
    """
    blocked = obstacle(factual, counterfactual)
    if blocked is not None:
        return unmeasured(factual, counterfactual, blocked)
    x, y = factual.working, counterfactual.working
    grey_x, grey_y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (x, y))
    alignment = align(grey_x, grey_y, factual.reduction)
    if alignment.corner > thresholds.RESAMPLED_CORNER * factual.reduction:
        y, grey_y = moved_back(y, alignment.matrix), moved_back(grey_y, alignment.matrix)
    background = background_of(grey_x, grey_y)
    light_x, light_y = linear(x), linear(y)
    light, gain = measure_light(light_x, light_y, background)
    light_y = light_y / gain
    even = coded(light_y)
    change = change_map(x, even, background)
    split = split_change(light_ratio(light_x, light_y, change), change, (x, even), mask)
    effect = split.shadow | split.reflection
    return Measured(
        factual_sha256=factual.sha256,
        counterfactual_sha256=counterfactual.sha256,
        width=factual.width,
        height=factual.height,
        obstacle=None,
        cameras=(factual.camera, counterfactual.camera),
        alignment=alignment,
        light=light,
        noise=Noise(change.noise.floor, change.noise.slope, change.noise.sigma()),
        focus=measure_focus(x, even, background & (change.z < thresholds.CHANGED)),
        change=change.z,
        regions=split.regions,
        order=measure_order(x, even, split.standing, split.shadow, split.reflection),
        framing=measure_framing(split.object_, effect),
        object_mask=split.object_,
        effect_mask=effect,
        shadow_mask=split.shadow,
        reflection_mask=split.reflection,
        other_mask=split.other,
        alpha=effect_alpha(light_x, light_y, effect),
        mask_given=mask is not None,
    )


def judge(measured: Measured, evidence: Evidence = _NO_EVIDENCE) -> PairCheck:
    """Hold what was measured, and what models found, against the thresholds."""
    severity = {"fail": 0, "warn": 1, "pass": 2}
    found = sorted(_findings(measured, evidence), key=lambda finding: severity[finding.verdict])
    worst = found[0]
    return PairCheck(
        verdict=worst.verdict,
        sentence=worst.sentence if worst.verdict != "pass" else _praise(measured),
        findings=tuple(found),
        measured=measured,
        object_mask=measured.object_mask,
        effect_mask=measured.effect_mask,
        shadow_mask=measured.shadow_mask,
        reflection_mask=measured.reflection_mask,
        alpha=measured.alpha,
        swapped=any(f.reason == "wrong_order" for f in found),
    )


def _findings(measured: Measured, evidence: Evidence) -> list[Finding]:
    """In the order in which a photographer should hear of them, among equally bad ones."""
    if measured.obstacle is not None:
        return [measured.obstacle]
    settings = camera_settings.compare(*measured.cameras)
    same_scene = scene(measured)
    if same_scene.verdict == "fail":
        return [same_scene, *settings]
    return [same_scene, *camera_findings(measured), *change_findings(measured, evidence), *settings]


def _praise(measured: Measured) -> str:
    moved = f"the camera moved {measured.alignment.corner:.1f} px"
    light = f"the light {abs(measured.light.ev):.2f} stops"
    return f"A good pair: {moved}, {light}, and one object of {measured.framing.share:.1%} of the frame went."
