"""Which of two aligned frames has the edge along an outline.

Only the frame with the object has one there; in the other the background runs through.
"""

from __future__ import annotations

import cv2
import numpy as np

from curate.capture import thresholds
from curate.capture.records import Mask, Plane
from curate.capture.shapes import NEIGHBOURS

_APART = 1.0  # working pixels to each side that an outline may be off
_DEEP = 6.0  # working pixels: the strip to each side that is compared, wider than print or a board's grain
_ALONG = 13  # working pixels: side of the square over which a strip is averaged


def steps(factual: Plane, counterfactual: Plane, mask: Mask) -> tuple[Plane, Plane]:
    """How far the colour inside a mask's outline lies from that outside, in either frame.

    Averages of both sides are compared, not slopes: texture that crosses the outline cancels out, and so
    does noise.

    Args:
        factual: [h, w, 3] sRGB-coded 0..1.
        counterfactual: the same, aligned, light compensated.
        mask: [h, w].

    Returns:
        Two planes [h, w] of coded differences, good at the outline.
    """
    window = _window(mask)
    both = np.concatenate([factual[window], counterfactual[window]], axis=2)
    inner, within = _local_mean(both, _strip(mask[window]))
    outer, beyond = _local_mean(both, _strip(~mask[window]))
    apart = np.square(inner - outer) * (within & beyond)[..., None]
    found = np.zeros((2, *mask.shape), np.float32)
    found[0][window], found[1][window] = np.sqrt(apart[..., :3].sum(2)), np.sqrt(apart[..., 3:].sum(2))
    return found[0], found[1]


def balance(factual: Plane, counterfactual: Plane, mask: Mask) -> Plane:
    """[h, w] -1..1 at a mask's outline: 1 where the factual has the edge, -1 where the other has it."""
    in_x, in_y = steps(factual, counterfactual, mask)
    contrast: Plane = (in_x - in_y) / (in_x + in_y + np.float32(thresholds.FAINT_STEP))
    return contrast


def outline_of(mask: Mask) -> Mask:
    """The outermost pixels of a mask, but for those at the frame's border."""
    core = cv2.erode(mask.astype(np.uint8), NEIGHBOURS, borderValue=1) > 0
    outline: Mask = mask & ~core
    outline[[0, 1, -2, -1]] = False
    outline[:, [0, 1, -2, -1]] = False
    return outline


def _window(mask: Mask) -> tuple[slice, slice]:
    """Where the mask lies, with room for the strips around it."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    margin = int(_APART + _DEEP) + _ALONG
    return slice(max(top - margin, 0), top + height + margin), slice(
        max(left - margin, 0), left + width + margin
    )


def _strip(side: Mask) -> Plane:
    depth = cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 3)
    strip: Plane = ((depth > _APART) & (depth <= _APART + _DEEP)).astype(np.float32)
    return strip


def _local_mean(frames: Plane, strip: Plane) -> tuple[Plane, Mask]:
    """Mean colour of the strip close by, [h, w, c], and where there is any of it."""
    size = (_ALONG, _ALONG)
    weight = cv2.boxFilter(strip, -1, size)
    known = weight > 0.5 / _ALONG**2
    means = [cv2.boxFilter(channel * strip, -1, size) for channel in cv2.split(frames)]
    mean: Plane = cv2.merge(means) / np.where(known, weight, 1)[..., None]
    return mean, known
