"""One composed pair through the checks, held against its truth."""

from __future__ import annotations

import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from composed_pairs import EFFECT_SHARE, WORKING_SIDE, Recipe, Truth
from curate.capture.check import judge, measure
from curate.capture.frames import decode_pair
from curate.capture.records import PairCheck
from pair_defects import compose_pair

SMALLEST_EFFECT = 0.001
"""Of the frame: below it the truth has no effect mask to compare with."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks said of a pair, and how far they were off."""

    kind: str
    magnitude: float | str | None
    index: int
    verdict: str
    called: list[str]
    """Checks that warned or failed, worst first."""
    sentence: str
    shift_error: float | None
    """1024-px pixels at the frame's centre; None where the truth is no such motion."""
    ev_error: float | None
    """Stops."""
    object_iou: float | None
    effect_iou: float | None
    seconds: float
    """Decoding, measuring and judging."""
    traits: dict[str, float | str | None]

    @property
    def key(self) -> tuple[str, str, int]:
        return self.kind, str(self.magnitude), self.index


def judged(recipe: Recipe) -> Judged:
    pair = compose_pair(recipe)
    start = time.perf_counter()
    frames = decode_pair(pair.factual, pair.counterfactual)
    check = judge(measure(*frames))
    seconds = time.perf_counter() - start
    truth, good = pair.truth, recipe.kind == "good"
    effect = truth.effect * ~truth.object_mask
    return Judged(
        kind=recipe.kind,
        magnitude=recipe.magnitude,
        index=recipe.index,
        verdict=check.verdict,
        called=[finding.check for finding in check.findings if finding.verdict != "pass"],
        sentence=check.sentence,
        shift_error=_shift_error(check, truth) if recipe.kind in ("good", "shift") else None,
        ev_error=abs(check.measured.light.ev - truth.ev) if recipe.kind in ("good", "exposure") else None,
        object_iou=_iou(check.object_mask, truth.object_mask.astype(np.float32), 0.5) if good else None,
        effect_iou=_iou(check.effect_mask, effect, EFFECT_SHARE) if good else None,
        seconds=seconds,
        traits=truth.traits,
    )


def _shift_error(check: PairCheck, truth: Truth) -> float:
    alignment = check.measured.alignment
    factor = WORKING_SIDE / max(check.measured.change.shape)
    dx, dy = truth.shift
    return float(np.hypot(alignment.dx * factor - dx, alignment.dy * factor - dy))


def _iou(found: Mask, truth: NDArray[np.float32], limit: float) -> float | None:
    """Intersection over union on the working copy; None if the truth has next to nothing."""
    height, width = found.shape
    known = cv2.resize(truth, (width, height), interpolation=cv2.INTER_AREA) > limit
    if known.mean() < SMALLEST_EFFECT:
        return None
    return float((found & known).sum() / (found | known).sum())
