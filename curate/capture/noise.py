"""How much two frames of the same thing differ by noise alone, learned from the frames themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from curate.capture.records import Mask, Plane

_LEVELS, _SLOPES = 6, 8  # bins of brightness, and of gradient within each
_FEWEST = 50  # differences in a bin
_SAMPLES = 40_000
# Share of a normal's absolute values, and below how many sigmas it lies.
_QUANTILES = ((0.4, 0.5244), (0.8, 1.2816))


@dataclass(frozen=True, slots=True)
class NoiseModel:
    """Variance of a difference = floor + slope * signal + edge * squared gradient, sRGB-coded 0..1."""

    floor: float
    """Reading and rounding."""
    slope: float
    """Photons (Poisson), in coded values."""
    edge: float
    """Squared pixels of misalignment, and what JPEG loses at edges."""

    def variance(self, signal: Plane, gradient: Plane) -> Plane:
        """Of the difference, per pixel. ``gradient`` is squared, per pixel of the same plane."""
        return np.float32(self.floor) + np.float32(self.slope) * signal + np.float32(self.edge) * gradient

    def sigma(self) -> float:
        """Of one frame at mid grey, 8-bit steps."""
        return 255 * math.sqrt((self.floor + 0.5 * self.slope) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Pixels of the background in equally filled bins of brightness and gradient."""

    pixels: NDArray[np.intp]
    """[bins, n] places in the flattened plane; no bins where there is too little background."""
    terms: NDArray[np.float64]
    """[bins, 3]: 1, mean signal and median squared gradient of each bin."""


def bins_of(signal: Plane, gradient: Plane, background: Mask) -> Bins:
    """Sort the background by ``signal`` 0..1 and by squared ``gradient``, all [h, w]."""
    picked = np.flatnonzero(background)
    picked = picked[:: max(len(picked) // _SAMPLES, 1)]
    size = len(picked) // (_LEVELS * _SLOPES)
    if size < _FEWEST:
        return Bins(np.empty((0, 0), np.intp), np.empty((0, 3)))
    picked = picked[: size * _LEVELS * _SLOPES]
    by_level = picked[np.argsort(signal.ravel()[picked])].reshape(_LEVELS, -1)
    by_slope = np.argsort(gradient.ravel()[by_level], axis=1)
    pixels = np.take_along_axis(by_level, by_slope, axis=1).reshape(_LEVELS * _SLOPES, size)
    bright, steep = signal.ravel()[pixels].mean(1), gradient.ravel()[pixels][:, size // 2]
    return Bins(pixels, np.stack([np.ones(len(pixels)), bright, steep], 1).astype(np.float64))


def fit_noise(difference: Plane, bins: Bins, *, tail: bool) -> NoiseModel:
    """Fit the model to the differences on the background.

    The spread of a bin comes from quantiles of the differences: from a low one alone while up to half of a
    bin may have changed, from a high one too once the background is known to be clean (``tail``), because
    many blocks of a JPEG are equal to the last bit and the others are not.

    Args:
        difference: [h, w] of one channel.
        bins: of the same plane.
        tail: Whether the background is clean.
    """
    if not len(bins.pixels):
        return NoiseModel(0.0, 0.0, 0.0)
    values = np.sort(np.abs(difference.ravel()[bins.pixels]), axis=1)
    last = values.shape[1] - 1
    spreads = [values[:, round(share * last)] / sigmas for share, sigmas in _QUANTILES[: 1 + tail]]
    variances = np.max(spreads, axis=0).astype(np.float64) ** 2
    # Relative errors count: a quiet bin matters as much as a loud one.
    weight = 1 / (variances + 1e-7)
    found, _ = nnls(bins.terms * weight[:, None], variances * weight)
    return NoiseModel(*(float(v) for v in found))
