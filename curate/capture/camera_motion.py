"""The fit of the background's motion: a first guess, masked ECC from there on, and what noise leaves open.

All planes are ``structure.lightless`` and [h, w]; a matrix [2, 3] takes a factual coordinate (x, y, 1) to its
counterfactual coordinate.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.capture import thresholds
from curate.capture.records import Mask, Plane
from curate.capture.structure import structure_overlap

Matrix = NDArray[np.float32]

STILL: Matrix = np.eye(2, 3, dtype=np.float32)

_ZOOM = 1.25
_REACH = 24.0  # half-size pixels from its start: further off ECC has lost the frame, not found it


def moved_back(counterfactual: Plane, matrix: Matrix) -> Plane:
    """The counterfactual (one plane or RGB) resampled into the factual's coordinates."""
    height, width = counterfactual.shape[:2]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    moved: Plane = cv2.warpAffine(
        counterfactual, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return moved.astype(np.float32, copy=False)


def first_guess(factual: Plane, counterfactual: Plane) -> Matrix:
    """Standing still, moved, or moved and turned: whatever brings most structure together."""

    def together(matrix: Matrix) -> float:
        overlap = structure_overlap(factual, moved_back(counterfactual, matrix))
        return overlap * _shared_view(matrix, factual.shape)  # outside of the view all is plain and alike

    best = max([STILL, _by_phase(factual, counterfactual)], key=together)
    if together(best) >= thresholds.SEED_OVERLAP:
        return best
    features = _by_features(factual, counterfactual)
    return best if features is None else max([best, features], key=together)


def _shared_view(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """Share 0..1 of the factual that the counterfactual shows too."""
    seen = cv2.warpAffine(
        np.ones(shape[:2], np.float32), matrix, shape[1::-1], flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    return float(seen.mean())


def refined(
    factual: Plane, counterfactual: Plane, background: Mask, matrix: Matrix, motion: int
) -> tuple[Matrix, float]:
    """Masked ECC from ``matrix`` on, with the correlation -1..1; ``matrix`` and 0 where it gets lost."""
    inside = background.astype(np.uint8) * 255
    everywhere = np.full(inside.shape, 255, np.uint8)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 12, 1e-5)
    found: Matrix
    try:
        alike, found = cv2.findTransformECCWithMask(
            factual, counterfactual, inside, everywhere, matrix.copy(), motion, stop, 5
        )
    except cv2.error:
        return matrix, 0.0
    height, width = factual.shape
    corners = np.array([[x, y, 1] for x in (0, width) for y in (0, height)], np.float32)
    if np.abs(corners @ (found - matrix).T).max() > _REACH:
        return matrix, 0.0
    return found.astype(np.float32), float(alike)


def corner_error(factual: Plane, counterfactual: Plane, background: Mask) -> float:
    """One standard deviation of a corner's place, working pixels: what noise leaves open (Cramer-Rao)."""
    grad_x, grad_y = cv2.Scharr(factual, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(factual, cv2.CV_32F, 0, 1) / 32
    height, width = factual.shape
    xs, ys = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
    turn = grad_y * xs - grad_x * ys
    jacobian = np.stack([p[background] for p in (grad_x, grad_y, turn)], 1).astype(np.float64)
    residual = (factual - counterfactual)[background]
    if residual.size < 100:
        return math.inf
    noise = 1.4826 * float(np.median(np.abs(residual - np.median(residual)))) + 0.5 / 255
    # Noise makes gradients of its own: taken off the diagonal, or a flat wall would look certain.
    information = jacobian.T @ jacobian - np.diag([_gradient_noise(noise)] * 2 + [0.0]) * residual.size
    if np.linalg.eigvalsh(information[:2, :2]).min() <= 0:
        return math.inf
    spread = np.linalg.pinv(information + np.eye(3) * 1e-12) * noise**2
    corner = np.array([[1, 0, -height / 2], [0, 1, width / 2]])
    return 2 * math.sqrt(max(float(np.trace(corner @ spread @ corner.T)), 0.0))


def _by_phase(factual: Plane, counterfactual: Plane) -> Matrix:
    height, width = factual.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(factual, counterfactual, window)
    return np.array([[1, 0, dx], [0, 1, dy]], np.float32)


def _by_features(factual: Plane, counterfactual: Plane) -> Matrix | None:
    finder = cv2.ORB.create(nfeatures=1500, fastThreshold=8)
    points, descriptors = zip(
        *(
            finder.detectAndCompute(np.clip(p * 127 + 127, 0, 255).astype(np.uint8), None)
            for p in (factual, counterfactual)
        ),
        strict=True,
    )
    if any(d is None or len(d) < 8 for d in descriptors):
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(*descriptors)
    if len(matches) < 8:
        return None
    here = np.array([points[0][m.queryIdx].pt for m in matches], np.float32)
    there = np.array([points[1][m.trainIdx].pt for m in matches], np.float32)
    matrix, _ = cv2.estimateAffinePartial2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=2.0)
    if matrix is None or not 1 / _ZOOM < math.hypot(*matrix[:, 0]) < _ZOOM:
        return None  # matches of a few alike details; no two frames of a pair differ by as much
    found: Matrix = matrix.astype(np.float32)
    return found


def _gradient_noise(noise: float) -> float:
    """Variance that white noise of ``noise`` (of a difference of two frames) gives a Scharr gradient."""
    return noise**2 / 2 * (2 * (3**2 + 10**2 + 3**2)) / 32**2
