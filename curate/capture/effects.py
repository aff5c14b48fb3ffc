"""The object's effect: where light was taken away or added, hard or soft, strong or faint."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from curate.capture import thresholds
from curate.capture.light_ratio import Ratio
from curate.capture.records import Mask, Plane
from curate.capture.shapes import NEIGHBOURS, distance_from, opened, widened

_BLURS = (1.0, 3.0, 6.0)  # half-size pixels
_SHORE = 4.0  # half-size pixels: the windows around an edge blur it that far
_SHORES = 6
_CORRELATED = 2.0  # JPEG and resampling leave noise that averages out more slowly than white noise


def effect_of(ratio: Ratio, things: Mask, near: Mask) -> Mask:
    """Changes of light outside of ``things`` that are ``near`` the object, or too large to be noise."""
    labels, _ = ndimage.label(_lit_otherwise(ratio, things))
    sizes = np.bincount(labels.ravel())
    kept = sizes >= thresholds.DETACHED_EFFECT * labels.size
    kept[np.unique(labels[near])] = True
    kept[0] = False
    found: Mask = kept[labels]
    return found


def _lit_otherwise(ratio: Ratio, things: Mask) -> Mask:
    plain = (cv2.dilate(things.astype(np.uint8), NEIGHBOURS) == 0).astype(np.float32)
    lit = np.zeros(things.shape, np.bool_)
    for blur in _BLURS:
        weight = np.maximum(cv2.GaussianBlur(plain, (0, 0), blur), 1e-3)
        stops = cv2.GaussianBlur(ratio.stops * plain, (0, 0), blur) / weight
        variance = cv2.GaussianBlur(ratio.noise**2 * plain, (0, 0), blur) / weight
        left = _CORRELATED * np.sqrt(variance) / (2 * np.sqrt(np.pi) * blur)  # of white noise after the blur
        lit |= np.abs(stops) > np.maximum(thresholds.EFFECT_STOPS, thresholds.EFFECT_SIGMAS * left)
    return lit & ~things


def in_shade(others: Mask, effect: Mask, ratio: Ratio) -> Mask:
    """Pieces of ``others`` at the object's effect that change the light as it does, or as a shadow does."""
    labels, _ = ndimage.label(others)
    rim = np.where(widened(effect, _SHORE), labels, 0)
    index = np.unique(rim[rim > 0])
    if index.size == 0:
        return others & False

    def median(plane: Plane) -> NDArray[np.float64]:
        found: NDArray[np.float64] = ndimage.median(plane, labels, index)
        return found

    stops, known = _nearby(ratio.stops, effect)
    apart = ndimage.median(np.where(known, np.abs(ratio.stops - stops), np.inf), rim, index)
    uneven = np.abs(median(ratio.stops) - ndimage.median(stops, rim, index))
    shade = (apart < thresholds.SHADE_STOPS) & (uneven < 2 * thresholds.SHADE_STOPS)
    deep = (median(ratio.stops) > 0) & (median(ratio.stops) < thresholds.DEEPEST_SHADOW)
    deep &= apart < thresholds.CORE_STOPS
    grey = median(ratio.colour - 3 * ratio.noise) < thresholds.COLOUR_STOPS
    even = median(ratio.rough - 3 * ratio.noise) < thresholds.SHADE_ROUGH
    found: Mask = np.isin(labels, index[(shade | deep) & grey & even])
    return found


def mirrored(others: Mask, object_: Mask, ratio: Ratio) -> Mask:
    """Pieces of ``others`` that lie where a glossy floor shows the object upside down, and are as faint."""
    rows, columns = np.flatnonzero(object_.any(axis=1)), np.flatnonzero(object_.any(axis=0))
    labels, count = ndimage.label(others)
    if count == 0 or rows.size == 0:
        return others & False
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    below = np.zeros_like(others)
    below[
        rows[-1] - height // 4 : rows[-1] + height, max(columns[0] - width // 8, 0) : columns[-1] + width // 8
    ] = 1
    index = np.arange(1, count + 1)
    inside = ndimage.mean(below, labels, index) > thresholds.MIRROR_SHARE
    faint = np.abs(ndimage.median(ratio.stops, labels, index)) < thresholds.BRIGHTEST_REFLECTION
    found: Mask = np.isin(labels, index[inside & faint])
    return found


def with_shore(effect: Mask, things: Mask, ratio: Ratio) -> Mask:
    """With the rim of ``things`` in which the light goes on as beside it: a hard shadow at the object's foot.

    Edges are told from light in windows, so an object that stands in its own shadow is found too wide.
    """
    grown = effect.copy()
    alike = ratio.colour < thresholds.COLOUR_STOPS + 3 * ratio.noise
    for _ in range(_SHORES):
        stops, known = _nearby(ratio.stops, grown)
        same = np.abs(ratio.stops - stops) < thresholds.SHORE_STOPS + 3 * ratio.noise
        shore = things & widened(grown, _SHORE) & ~grown & known & alike & same
        shore &= opened(shore | grown, 1)
        labels, _ = ndimage.label(shore | grown)
        touching = np.unique(labels[grown])
        grown |= shore & np.isin(labels, touching[touching > 0])
    return grown


def without_slivers(effect: Mask, object_: Mask) -> Mask:
    """Without thin bits along the object's outline: they come of an outline that is a pixel off.

    Args:
        effect: [h, w] at working size.
        object_: [h, w].
    """
    thin, count = ndimage.label(effect & ~widened(opened(effect, thresholds.SLIVER), 1.5))
    if count == 0:
        return effect
    index = np.arange(1, count + 1)
    slivers = index[ndimage.maximum(distance_from(object_), thin, index) <= thresholds.SLIVER_PLACE]
    kept: Mask = effect & ~np.isin(thin, slivers)
    return kept


def _nearby(stops: Plane, effect: Mask) -> tuple[Plane, Mask]:
    """The mean change of light of the effect close by, and where there is any worth going on."""
    share = effect.astype(np.float32)
    weight = cv2.GaussianBlur(share, (0, 0), _SHORE / 2)
    mean: Plane = cv2.GaussianBlur(stops * share, (0, 0), _SHORE / 2) / np.maximum(weight, 1e-3)
    return mean, (weight > 0.02) & (np.abs(mean) > thresholds.EFFECT_STOPS)
