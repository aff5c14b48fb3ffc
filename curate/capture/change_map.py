"""Where two aligned frames differ by more than noise, from sharp edges to faint soft shadows.

A soft shadow may be far weaker than the noise of one pixel. So the difference is looked at on several scales;
on each the noise is measured anew, because that of a JPEG is neither white nor independent of what it shows.
What a fine scale has found is left out of the coarser ones, so nothing gets a halo.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from curate.capture import thresholds
from curate.capture.noise import NoiseModel, bins_of, fit_noise
from curate.capture.records import Mask, Plane

# Blur of a scale and how much smaller it is looked at, working pixels.
_SCALES = ((1.0, 1), (3.0, 2), (8.0, 4), (16.0, 8))
# Brightness and two colour differences: nearly independent in noise, and in JPEG.
_OPPONENT = np.array([[1 / 3, 1 / 3, 1 / 3], [0.5, -0.5, 0], [-0.25, -0.25, 0.5]], np.float32)
_BOX = np.ones((5, 5), np.uint8)
_NEAR = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class ChangeMap:
    """What differs, and how surely."""

    z: Plane
    """[h, w] standard deviations of noise, the largest over scales and channels."""
    sharp: Plane
    """[h, w] the same of the finest scale alone."""
    noise: NoiseModel
    """Of the finest scale's brightness difference."""


def change_map(factual: Plane, counterfactual: Plane, background: Mask) -> ChangeMap:
    """Compare two aligned frames of equal light.

    Args:
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same, aligned, light compensated.
        background: [h, w] where the noise may be learned.
    """
    height, width = factual.shape[:2]
    opposed = cv2.transform(factual - counterfactual, _OPPONENT)
    signal = cv2.cvtColor(factual, cv2.COLOR_RGB2GRAY)
    other_signal = cv2.cvtColor(counterfactual, cv2.COLOR_RGB2GRAY)
    found = np.zeros((height, width), np.bool_)
    total = np.zeros((height, width), np.float32)
    sharp, noise = total, NoiseModel(0.0, 0.0, 0.0)
    for blur, reduction in _SCALES:
        size = (max(width // reduction, 1), max(height // reduction, 1))
        z, model = _scale(opposed, (signal, other_signal), background, found, blur, reduction, size)
        enlarged = cv2.resize(z, (width, height), interpolation=cv2.INTER_LINEAR)
        enlarged[found] = 0
        if reduction == 1:
            sharp, noise = enlarged, model
        total = np.maximum(total, enlarged)
        found |= enlarged > thresholds.CHANGED
    return ChangeMap(total, sharp, noise)


def _scale(
    opposed: Plane,
    signals: tuple[Plane, Plane],
    background: Mask,
    found: Mask,
    blur: float,
    reduction: int,
    size: tuple[int, int],
) -> tuple[Plane, NoiseModel]:
    left = (cv2.dilate(found.astype(np.uint8), _NEAR) == 0).astype(np.float32)
    sigma = blur / reduction

    def smooth(plane: Plane) -> Plane:
        reduced = cv2.resize(plane, size, interpolation=cv2.INTER_AREA) if reduction > 1 else plane
        blurred: Plane = cv2.GaussianBlur(reduced, (0, 0), sigma)
        return blurred

    weight = smooth(left)
    shown = np.maximum(weight, np.float32(1e-3))[..., None]
    difference = (smooth(opposed * left[..., None]) / shown).astype(np.float32, copy=False)
    first, second = smooth(signals[0]), smooth(signals[1])
    gradient: Plane = np.maximum(_squared_gradient(first), _squared_gradient(second))
    known = cv2.resize(background.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    learn = known & (weight > 0.5)
    z, _ = _deviations(difference, first, gradient, learn, tail=False)
    coherent = cv2.morphologyEx((z > thresholds.CHANGED).astype(np.uint8), cv2.MORPH_OPEN, _BOX)
    clean = learn & (cv2.dilate(coherent, np.ones((9, 9), np.uint8)) == 0)
    z, model = _deviations(difference, first, gradient, clean if clean.any() else learn, tail=True)
    return np.where(weight > 0.1, z, 0).astype(np.float32), model


def _deviations(
    difference: Plane, signal: Plane, gradient: Plane, background: Mask, *, tail: bool
) -> tuple[Plane, NoiseModel]:
    bins = bins_of(signal, gradient, background)
    worst = np.zeros(signal.shape, np.float32)
    models = []
    for values in cv2.split(difference):
        model = fit_noise(values, bins, tail=tail)
        variance = model.variance(signal, gradient) + np.float32(thresholds.FAINTEST**2)
        worst = np.maximum(worst, np.abs(values) / np.sqrt(variance))
        models.append(model)
    return worst, models[0]


def _squared_gradient(plane: Plane) -> Plane:
    """The largest squared slope within a pixel, so that an edge's tolerance reaches both its sides."""
    slope = (cv2.Scharr(plane, cv2.CV_32F, 1, 0) / 32) ** 2 + (cv2.Scharr(plane, cv2.CV_32F, 0, 1) / 32) ** 2
    steepest: Plane = cv2.dilate(slope, _NEAR)
    return steepest
