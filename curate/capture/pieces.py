"""Where objects came or went, told from where only the light changed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from curate.capture import thresholds
from curate.capture.light_ratio import Ratio
from curate.capture.records import Mask
from curate.capture.shapes import closed, filled, gap, hull, largest, opened, widened

_ERODE = np.ones((5, 5), np.uint8)


def pieces_of(ratio: Ratio) -> Mask:
    """Textured seeds, closed, and the smooth insides that they frame."""
    solid = filled(opened(closed(ratio.replaced(), 3), 2.5)) & ratio.changed
    smooth, count = ndimage.label(ratio.changed & ~solid)
    if count == 0:
        return solid
    index = np.arange(1, count + 1)
    stops = ndimage.median(ratio.stops, smooth, index)
    change = np.abs(stops)
    framed = ndimage.mean(_hull(solid), smooth, index) >= thresholds.HULL_SHARE
    hard = _hardness(ratio, smooth, index) > thresholds.HARD_OUTLINE
    thing = (framed | hard) & (change > thresholds.FAINT_STOPS)
    thing |= (stops > thresholds.DEEPEST_SHADOW) | (stops < -thresholds.BRIGHTEST_REFLECTION)
    known = ndimage.mean(~np.isnan(ratio.texture), smooth, index)
    lit = ndimage.mean(ratio.texture > thresholds.SAME_TEXTURE, smooth, index)
    thing &= lit < np.maximum(thresholds.LIT_SHARE * known, 0.1)
    if not solid.any() and not thing.any():
        thing[np.argmax(ndimage.sum_labels(np.abs(ratio.stops), smooth, index))] = True
    return solid | np.isin(smooth, index[thing])


def _hull(solid: Mask) -> Mask:
    """Of the largest piece and what lies close to it: an object's plain parts lie in it."""
    return hull(solid & widened(largest(solid), gap(solid.shape) * 2))


def _hardness(ratio: Ratio, labels: NDArray[np.int32], index: NDArray[np.intp]) -> NDArray[np.float64]:
    """Per region, the change close to the outline over that inside: 1 for a thing, little for a soft
    shadow."""
    rim = ratio.changed & (cv2.erode(ratio.changed.astype(np.uint8), _ERODE, borderValue=1) == 0)
    inside = ndimage.median(np.abs(ratio.stops), np.where(rim, 0, labels), index)
    outside = ndimage.median(np.abs(ratio.stops), np.where(rim, labels, 0), index)
    hardness: NDArray[np.float64] = np.nan_to_num(outside / np.maximum(inside, 1e-3))
    return hardness
