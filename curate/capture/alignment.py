"""Whether the camera stood still: the motion of the background between two frames.

The object and its shadow would pull any fit over the whole photo, so the fit and the mask of what did not
change are found in turns: masked ECC (Evangelidis and Psarakis 2008), ``cv2.findTransformECCWithMask``.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from curate.capture import thresholds
from curate.capture.camera_motion import STILL, Matrix, corner_error, first_guess, moved_back, refined
from curate.capture.records import Alignment, Plane
from curate.capture.structure import halved, lightless, structure_overlap, unchanged

_ROUNDS = 3  # each starts from a better mask


def align(factual: Plane, counterfactual: Plane, reduction: float) -> Alignment:
    """Find how the background moved.

    Args:
        factual: [h, w] grey working copy, sRGB-coded 0..1.
        counterfactual: the same of the other frame.
        reduction: full-size pixels per working pixel.
    """
    small_x, small_y = lightless(halved(factual)), lightless(halved(counterfactual))
    matrix = first_guess(small_x, small_y)
    background = np.ones(small_x.shape, np.bool_)
    alike = 0.0
    for _ in range(_ROUNDS):
        background = unchanged(small_x, moved_back(small_y, matrix))
        matrix, alike = refined(small_x, small_y, background, matrix, cv2.MOTION_EUCLIDEAN)
    zoomed, as_zoomed = refined(small_x, small_y, background, matrix, cv2.MOTION_AFFINE)
    # Three numbers more always fit a little better, and wrongly so at corners that show nothing.
    if 1 - as_zoomed < thresholds.ZOOM_RESIDUAL * (1 - alike):
        matrix = zoomed
    overlap = structure_overlap(small_x, moved_back(small_y, matrix))
    error = corner_error(small_x, moved_back(small_y, matrix), background)
    certain = error <= thresholds.CERTAIN_CORNER
    return described(_in_working_pixels(matrix), factual.shape, reduction, certain=certain, overlap=overlap)


def described(
    matrix: Matrix, shape: tuple[int, ...], reduction: float, *, certain: bool, overlap: float
) -> Alignment:
    """A matrix in the words a photographer understands."""
    height, width = shape[:2]
    linear, offset = matrix[:, :2].astype(np.float64), matrix[:, 2].astype(np.float64)
    corners = np.array([[x, y] for x in (0, width - 1) for y in (0, height - 1)], np.float64)
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    dx, dy = linear @ centre + offset - centre
    largest = float(np.hypot(*(corners @ linear.T + offset - corners).T).max())
    turn = math.atan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1])
    return Alignment(
        dx=float(dx),
        dy=float(dy),
        rotation=math.degrees(turn),
        scale=math.sqrt(max(float(np.linalg.det(linear)), 0.0)),
        corner=largest * reduction,
        certain=certain,
        matrix=matrix.astype(np.float32),
        overlap=overlap,
    )


def unmoved() -> Alignment:
    """Of a pair that was not measured."""
    return Alignment(0.0, 0.0, 0.0, 1.0, 0.0, certain=False, matrix=STILL.copy(), overlap=0.0)


def _in_working_pixels(matrix: Matrix) -> Matrix:
    """From half-size coordinates; the centre of half-size pixel 0 lies at working coordinate 0.5."""
    linear, offset = matrix[:, :2], matrix[:, 2]
    half = np.array([0.5, 0.5], np.float32)
    moved = 2 * offset + half - linear @ half
    return np.concatenate([linear, moved[:, None]], 1).astype(np.float32)
