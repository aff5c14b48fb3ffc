"""Whether the light stayed the same: brightness, colour and a drifting gradient, on what did not change."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.capture import thresholds
from curate.capture.records import Light, Mask, Plane

_BLOCK = 8  # pixels: a JPEG block, whose rounding averages out
_SCALES = (0.4, 0.2, 0.1, 0.05, 0.03)  # stops: from "any block may be background" to its own spread


def linear(coded: Plane) -> Plane:
    """Linear light 0..1 of sRGB-coded values 0..1."""
    table = np.linspace(0, 1, 4097, dtype=np.float64)
    curve = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4).astype(np.float32)
    light: Plane = curve[np.clip(coded * 4096 + 0.5, 0, 4096).astype(np.uint16)]
    return light


def coded(light: Plane) -> Plane:
    """sRGB-coded values 0..1 of linear light; negative light is 0, more than 1 is 1."""
    table = np.linspace(0, 1, 16385, dtype=np.float64)
    curve = np.where(table <= 0.0031308, table * 12.92, 1.055 * table ** (1 / 2.4) - 0.055).astype(np.float32)
    values: Plane = curve[np.clip(light * 16384 + 0.5, 0, 16384).astype(np.uint16)]
    return values


def measure_light(factual: Plane, counterfactual: Plane, background: Mask) -> tuple[Light, Plane]:
    """Compare the light on the background of two aligned frames.

    Args:
        factual: [h, w, 3] linear light.
        counterfactual: the same, aligned.
        background: [h, w], True where the scene may be unchanged; the fit goes around soft shadows in it.

    Returns:
        The numbers, and the [h, w, 3] factor by which the counterfactual's light differs.
    """
    stops, valid, xs, ys = _block_stops(factual, counterfactual, background)
    clipped = float(np.mean(_brightest(factual) > thresholds.CLIPPED_LIGHT))
    if np.count_nonzero(valid) < thresholds.FEWEST_BLOCKS:
        return Light(0.0, (0.0, 0.0), 0.0, (1.0, 1.0, 1.0), clipped, certain=False), np.ones_like(factual)
    terms = np.stack([np.ones_like(xs), xs, ys], -1)[valid]  # [n, 3]
    planes = np.stack([_robust_plane(terms, stops[valid][:, c]) for c in range(3)])  # [3 channels, 3 terms]
    red, green, blue = planes[:, 0]
    slope = planes[:, 1:].mean(0)
    light = Light(
        ev=float(planes[:, 0].mean()),
        white_balance=(float(red - green), float(blue - green)),
        gradient=float(np.abs(slope).sum()),
        gain=(float(2**red), float(2**green), float(2**blue)),
        clipped=clipped,
        certain=True,
    )
    return light, _field(planes, factual.shape)


def _block_stops(
    factual: Plane, counterfactual: Plane, background: Mask
) -> tuple[Plane, Mask, NDArray[np.float64], NDArray[np.float64]]:
    height, width = factual.shape[:2]
    size = (max(width // _BLOCK, 1), max(height // _BLOCK, 1))
    x, y = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (factual, counterfactual))
    usable = background & _well_exposed(factual) & _well_exposed(counterfactual)
    share = cv2.resize(usable.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    valid = (share > 0.9) & (np.minimum(x, y).min(2) > thresholds.DARKEST_LIGHT)
    stops = np.log2(np.maximum(y, 1e-4) / np.maximum(x, 1e-4))
    xs, ys = np.meshgrid(np.linspace(-0.5, 0.5, size[0]), np.linspace(-0.5, 0.5, size[1]))
    return stops, valid, xs, ys


def _well_exposed(light: Plane) -> Mask:
    unclipped: Mask = _brightest(light) < thresholds.BRIGHTEST_LIGHT
    return unclipped


def _brightest(light: Plane) -> Plane:
    red, green, blue = cv2.split(light)
    brightest: Plane = cv2.max(cv2.max(red, green), blue)
    return brightest


def _robust_plane(terms: NDArray[np.float64], stops: NDArray[np.float32]) -> NDArray[np.float64]:
    """Tukey's biweight with a shrinking scale: finds the plane that most blocks lie on, not a compromise."""
    plane = np.array([mode(stops), 0.0, 0.0])
    for scale in _SCALES:
        residual = (stops - terms @ plane) / scale
        weights = np.clip(1 - residual**2, 0, None) ** 2
        weighted = terms * weights[:, None]
        plane = np.linalg.solve(terms.T @ weighted + np.diag([1e-6, 1e-2, 1e-2]), weighted.T @ stops)
    return plane


def _field(planes: NDArray[np.float64], shape: tuple[int, ...]) -> Plane:
    ys = np.linspace(-0.5, 0.5, shape[0])[:, None, None]
    xs = np.linspace(-0.5, 0.5, shape[1])[None, :, None]
    # 2**(a + b) = 2**a * 2**b: two thin exponentials instead of one over the photo
    return (np.exp2(planes[:, 0] + xs * planes[:, 1]) * np.exp2(ys * planes[:, 2])).astype(np.float32)


def mode(values: NDArray[np.float32]) -> float:
    """Where most values lie: the densest place of a smoothed histogram."""
    low, high = np.percentile(values, (1, 99))
    if high <= low:
        return float(low)
    counts, edges = np.histogram(values, bins=512, range=(low, high))
    dense = cv2.GaussianBlur(counts.astype(np.float32)[:, None], (1, 37), 0, sigmaY=6)[:, 0]
    peak = int(dense.argmax())
    return float((edges[peak] + edges[peak + 1]) / 2)
