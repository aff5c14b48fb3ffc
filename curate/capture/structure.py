"""What two frames show whatever the light: structure against its surroundings, and where it is the same."""

from __future__ import annotations

import cv2
import numpy as np

from curate.capture import thresholds
from curate.capture.records import Mask, Plane

_AROUND = 8.0  # half-size pixels: wider than an edge, narrower than most penumbrae
_DARK = 0.05  # of full scale: below it a pixel says little but noise


def halved(plane: Plane) -> Plane:
    """Half the size by area; an odd last row or column is left out, so that two is two."""
    height, width = plane.shape[0] // 2 * 2, plane.shape[1] // 2 * 2
    half: Plane = cv2.resize(plane[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return half


def lightless(plane: Plane) -> Plane:
    """Structure relative to the brightness around it: gain, gradients and soft shadows drop out."""
    around: Plane = cv2.GaussianBlur(plane, (0, 0), _AROUND)
    return (plane - around) / (around + np.float32(_DARK))


def unchanged(factual: Plane, counterfactual: Plane) -> Mask:
    """Where two nearly aligned ``lightless`` planes show the same, up to noise and a pixel of motion."""
    smooth_x, smooth_y = (cv2.GaussianBlur(p, (0, 0), 1.5) for p in (factual, counterfactual))
    box = np.ones((3, 3), np.uint8)
    outside = np.maximum(
        np.maximum(smooth_y - cv2.dilate(smooth_x, box), cv2.erode(smooth_x, box) - smooth_y),
        np.maximum(smooth_x - cv2.dilate(smooth_y, box), cv2.erode(smooth_y, box) - smooth_x),
    )
    limit = 3 * float(np.median(np.abs(smooth_x - smooth_y))) + 0.01
    changed = cv2.morphologyEx((outside > limit).astype(np.uint8), cv2.MORPH_OPEN, box)
    far: Mask = cv2.dilate(changed, np.ones((13, 13), np.uint8)) == 0
    return far


def background_of(factual: Plane, counterfactual: Plane) -> Mask:
    """``unchanged`` at working size, of two aligned grey working copies [h, w]."""
    small = unchanged(lightless(halved(factual)), lightless(halved(counterfactual)))
    size = factual.shape[1::-1]
    background: Mask = cv2.resize(small.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return background


def structure_overlap(factual: Plane, counterfactual: Plane) -> float:
    """Share 0..1 of the structured blocks of one ``lightless`` plane that are found in the other.

    Of the two frames the one that has more of its structure found counts: an object before a plain wall
    brings structure of its own into the factual, and hides what the counterfactual shows. 1 where one of
    them has too little structure to tell.
    """
    fine_x, fine_y = (cv2.GaussianBlur(p, (0, 0), 1.2) for p in (factual, counterfactual))
    energy_x, energy_y, shared = (_blocks(p) for p in (fine_x**2, fine_y**2, fine_x * fine_y))
    found = shared > 0.6 * np.sqrt(energy_x * energy_y)
    structured = [energy > thresholds.STRUCTURED_BLOCK**2 for energy in (energy_x, energy_y)]
    if min(np.count_nonzero(blocks) for blocks in structured) < thresholds.FEWEST_BLOCKS:
        return 1.0
    return max(float(np.mean(found[blocks])) for blocks in structured)


def _blocks(plane: Plane) -> Plane:
    means: Plane = cv2.resize(plane, None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA)
    return means
