"""How near an output comes to the photo that was taken without the object, inside and outside the mask."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from curate.measures.records import RGB, Mask, Plane

_WINDOW, _SIGMA = (11, 11), 1.5
_STEADY = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)


@dataclass(frozen=True, slots=True)
class Nearness:
    """An output, or a part of it, against the truth. None: the part has no pixels, or nobody measured it."""

    psnr: float | None
    """dB over all channels; inf if equal."""
    ssim: float | None
    """-1..1, 1 if equal (Wang et al. 2004), mean over the part's pixels and the three channels."""
    lpips: float | None
    """Mean of the map that was handed in; 0 if equal."""


@dataclass(frozen=True, slots=True)
class TruthNumbers:
    """An output against the truth."""

    whole: Nearness
    inside: Nearness
    """In the mask."""
    outside: Nearness
    feature_cosine: float | None
    """Cosine of the two photos' features, -1..1, as handed in (DINO, CLIP: ObjectDrop, table 1)."""


def measure_against_truth(
    output: RGB,
    truth: RGB,
    mask: Mask,
    *,
    lpips: Plane | None = None,
    feature_cosine: float | None = None,
) -> TruthNumbers:
    """Hold an output against the photo without the object.

    Args:
        output: uint8 [h, w, 3].
        truth: the same, aligned to the pixel.
        mask: bool [h, w].
        lpips: [h, w] distances of a spatial LPIPS, from whoever has its weights.
        feature_cosine: of an embedder's vectors of the two photos.

    Raises:
        ValueError: the shapes differ.
    """
    if output.shape != truth.shape or mask.shape != truth.shape[:2]:
        raise ValueError(f"Output {output.shape}, truth {truth.shape} and mask {mask.shape} do not fit.")
    alike = ssim_map(output, truth)

    def near(part: Mask) -> Nearness:
        if not part.any():
            return Nearness(None, None, None)
        distance = None if lpips is None else float(lpips[part].mean())
        return Nearness(psnr(output, truth, part), float(alike[part].mean()), distance)

    return TruthNumbers(near(np.ones_like(mask)), near(mask), near(~mask), feature_cosine)


def psnr(one: RGB, other: RGB, part: Mask | None = None) -> float:
    """Peak signal-to-noise ratio in dB of two uint8 photos, inf if they are equal.

    Args:
        one: uint8 [h, w, 3].
        other: the same shape.
        part: bool [h, w], at least one pixel; None: all.
    """
    within = None if part is None else part.astype(np.uint8)
    squares = cv2.norm(one, other, cv2.NORM_L2SQR, within)
    values = one.size if part is None else 3 * np.count_nonzero(part)
    return 10 * math.log10(255**2 * values / squares) if squares else math.inf


def ssim_map(one: RGB, other: RGB) -> Plane:
    """[h, w] structural similarity -1..1 around every pixel, mean of the channels.

    Wang et al. 2004: Gaussian window of 11 x 11 with sigma 1.5, K1 = .01, K2 = .03.
    """
    first, second = one.astype(np.float32), other.astype(np.float32)
    mean = _mean(first), _mean(second)
    spread = _mean(first * first) - mean[0] ** 2, _mean(second * second) - mean[1] ** 2
    shared = _mean(first * second) - mean[0] * mean[1]
    light, structure = map(np.float32, _STEADY)
    top = (2 * mean[0] * mean[1] + light) * (2 * shared + structure)
    alike = top / ((mean[0] ** 2 + mean[1] ** 2 + light) * (spread[0] + spread[1] + structure))
    found: Plane = alike.mean(axis=2)
    return found


def ssim(one: RGB, other: RGB) -> float:
    """Mean of ``ssim_map``."""
    return float(ssim_map(one, other).mean())


def _mean(plane: Plane) -> Plane:
    mean: Plane = cv2.GaussianBlur(plane, _WINDOW, _SIGMA)
    return mean
