"""What the change consists of: the object, its shadow, its reflection, and whatever should not have changed.

A shadow multiplies the light behind it by something smooth and nearly grey: the ratio of the two frames has
no texture under it, and what texture there is stands in both frames. An object replaces what is behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from curate.capture import thresholds
from curate.capture.change_map import ChangeMap
from curate.capture.photometry import coded
from curate.capture.records import Mask, Plane, Region, RegionKind
from curate.records import Box

_EPS = 0.01  # linear light: keeps the stops of black pixels small
_WINDOW = 4.0  # half-size pixels over which texture is compared
_FINE_NOISE = 0.15  # of white noise's variance is left in the fine structure, a mean of three channels
_ERODE = np.ones((5, 5), np.uint8)
_NEXT = np.ones((3, 3), np.uint8)
_BLURS = (1.0, 3.0, 6.0)  # half-size pixels
_CORRELATED = 2.0  # JPEG and resampling leave noise that averages out more slowly than white noise


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """How the light of two aligned frames differs, on half-size planes [h/2, w/2]."""

    changed: Mask
    stops: Plane
    """log2(counterfactual / factual), mean of the channels: positive where the factual is darker."""
    colour: Plane
    """Largest deviation of a channel from ``stops``."""
    rough: Plane
    """Standard deviation of ``stops`` close by, inside the change."""
    noise: Plane
    """What noise alone does to ``stops``."""
    texture: Plane
    """Correlation -1..1 of the fine structure of the two frames close by; NaN where there is none."""

    def replaced(self) -> Mask:
        """Where something stands in front, rather than less or more light falling on the same."""
        return self.broken() | (self.changed & (self.texture < thresholds.OTHER_TEXTURE))  # NaN is not less

    def broken(self) -> Mask:
        """Where the ratio itself is not one of light: rough, coloured or extreme."""
        textured = self.rough > thresholds.ROUGH_STOPS + 3 * self.noise
        textured &= ~(self.texture > thresholds.SAME_TEXTURE)  # the ratio of a dark texture is rough by noise
        coloured = self.colour > thresholds.COLOUR_STOPS + 0.2 * np.abs(self.stops) + 3 * self.noise
        return self.changed & (textured | coloured | (np.abs(self.stops) > thresholds.SHADOW_STOPS))


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Working masks [h, w] that share no pixel, and the regions they were made from."""

    object_: Mask
    shadow: Mask
    reflection: Mask
    other: Mask
    regions: tuple[Region, ...]


def light_ratio(factual: Plane, counterfactual: Plane, change: ChangeMap) -> Ratio:
    """Compare [h, w, 3] linear light of two aligned frames."""
    size = (max(factual.shape[1] // 2, 1), max(factual.shape[0] // 2, 1))
    x, y = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (factual, counterfactual))
    changed = _without_specks(
        cv2.resize(change.z, size, interpolation=cv2.INTER_AREA) > thresholds.CHANGED * 0.8
    )
    stops = cv2.GaussianBlur(np.log2((y + _EPS) / (x + _EPS)), (0, 0), 0.8)
    mean = stops.mean(2)
    inner = cv2.erode(changed.astype(np.uint8), _ERODE, borderValue=1).astype(np.float32)
    inner = inner if inner.any() else changed.astype(np.float32)
    weight = np.maximum(cv2.GaussianBlur(inner, (0, 0), 2), 1e-3)
    average, square = (cv2.GaussianBlur(p * inner, (0, 0), 2) / weight for p in (mean, mean * mean))
    dark = np.minimum(x, y).mean(2)
    value = coded(dark)
    sigma = np.sqrt(change.noise.variance(value, np.zeros_like(value)))
    # d log2(light) / d coded of the sRGB curve, damped where _EPS dominates
    slope = 2.4 / np.log(2) / (value + 0.055) * dark / (dark + _EPS)
    ratio = Ratio(
        changed=changed,
        stops=mean,
        colour=np.abs(stops - mean[..., None]).max(2),
        rough=np.sqrt(np.maximum(square - average**2, 0)),
        noise=(sigma * slope).astype(np.float32),
        texture=_shared_texture(x, y, (sigma * slope).astype(np.float32), np.ones(mean.shape, np.bool_)),
    )
    # An edge of the object would drown the texture of the shadow beside it.
    plain = cv2.dilate(ratio.broken().astype(np.uint8), _ERODE) == 0
    return replace(ratio, texture=_shared_texture(x, y, ratio.noise, plain))


def _shared_texture(x: Plane, y: Plane, noise: Plane, plain: Mask) -> Plane:
    """Local correlation of the fine structure of log light on ``plain``, the share of the noise taken off."""
    fine = []
    for light in (x, y):
        stops = np.log2(light.mean(2) + np.float32(_EPS))
        fine.append(cv2.GaussianBlur(stops, (0, 0), 0.8) - cv2.GaussianBlur(stops, (0, 0), 3.0))
    weight = cv2.GaussianBlur(plain.astype(np.float32), (0, 0), _WINDOW)

    def mean(product: Plane) -> Plane:
        average: Plane = cv2.GaussianBlur(product * plain, (0, 0), _WINDOW) / np.maximum(weight, 1e-3)
        return average

    own = [mean(f * f) for f in fine]
    shared = mean(fine[0] * fine[1])
    floor = np.float32(_FINE_NOISE) * noise**2 + np.float32(thresholds.LEAST_TEXTURE**2)
    energy = np.maximum(own[0] - floor, 0) * np.maximum(own[1] - floor, 0)
    known = (np.maximum(*own) > 3 * floor) & plain & (weight > 0.1)
    # Where only one frame has texture, the other hides it.
    correlation = shared / np.sqrt(np.maximum(energy, floor * np.maximum(np.maximum(*own), floor) / 4))
    texture: Plane = np.where(known, np.clip(correlation, -1, 1), np.nan).astype(np.float32)
    return texture


def split_change(ratio: Ratio, change: ChangeMap, given: Mask | None = None) -> Split:
    """Tell object, shadow, reflection and the rest apart.

    Args:
        ratio: of the light.
        change: of the same frames.
        given: [h, w] the photographer's own object mask, which then stands.
    """
    shape = change.z.shape
    pieces = _pieces(ratio)
    if given is not None:
        main = cv2.resize(given.astype(np.uint8), ratio.stops.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    else:
        main = _largest(pieces)
    near = cv2.dilate(main.astype(np.uint8), _disc(_gap(shape) / 2)).astype(np.bool_)
    labels, _ = ndimage.label(pieces & ~main)
    touching = np.unique(labels[near & (labels > 0)])
    attached = np.isin(labels, touching) & (labels > 0)
    if given is None:
        main = filled(main | attached)
    other = pieces & ~main & ~attached
    rest = _effects(_lit_otherwise(ratio, main | other), near)
    darker = ratio.stops > 0
    object_ = given if given is not None else _outlined(main, change)
    shadow, reflection, other = (
        _enlarged(p, shape) & ~object_ for p in (rest & darker, rest & ~darker, other)
    )
    reflection &= ~shadow
    other &= ~(shadow | reflection)
    regions = _regions(object_, shadow, reflection, other, ratio, change)
    return Split(object_, shadow, reflection, other, regions)


def filled(mask: Mask) -> Mask:
    """Without holes; a hole may be closed by the frame's border where the mask reaches it on both sides."""
    whole: Mask = ndimage.binary_fill_holes(mask)
    return whole


def _pieces(ratio: Ratio) -> Mask:
    """Where objects came or went: textured seeds, closed, and the smooth insides that they frame."""
    seeds = ratio.replaced().astype(np.uint8)
    solid = cv2.morphologyEx(cv2.morphologyEx(seeds, cv2.MORPH_CLOSE, _disc(3)), cv2.MORPH_OPEN, _disc(2.5))
    solid = filled(solid.astype(np.bool_)) & ratio.changed
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
    """The convex hull of the largest piece and what lies close to it: an object's plain parts lie in it."""
    near = cv2.dilate(_largest(solid).astype(np.uint8), _disc(_gap(solid.shape) * 2)).astype(np.bool_)
    points = cv2.findNonZero((solid & near).astype(np.uint8))
    hull = np.zeros(solid.shape, np.uint8)
    if points is not None:
        cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    return hull.astype(np.bool_)


def _hardness(ratio: Ratio, labels: NDArray[np.int32], index: NDArray[np.intp]) -> NDArray[np.float64]:
    """Per region, the change close to the outline over that inside: 1 for a thing, little for a soft
    shadow."""
    rim = ratio.changed & (cv2.erode(ratio.changed.astype(np.uint8), _ERODE, borderValue=1) == 0)
    inside = ndimage.median(np.abs(ratio.stops), np.where(rim, 0, labels), index)
    outside = ndimage.median(np.abs(ratio.stops), np.where(rim, labels, 0), index)
    hardness: NDArray[np.float64] = np.nan_to_num(outside / np.maximum(inside, 1e-3))
    return hardness


def _lit_otherwise(ratio: Ratio, things: Mask) -> Mask:
    """Where light was added or taken away outside of ``things``, hard or soft, strong or faint."""
    plain = (cv2.dilate(things.astype(np.uint8), _NEXT) == 0).astype(np.float32)
    lit = np.zeros(things.shape, np.bool_)
    for blur in _BLURS:
        weight = np.maximum(cv2.GaussianBlur(plain, (0, 0), blur), 1e-3)
        stops = cv2.GaussianBlur(ratio.stops * plain, (0, 0), blur) / weight
        variance = cv2.GaussianBlur(ratio.noise**2 * plain, (0, 0), blur) / weight
        left = _CORRELATED * np.sqrt(variance) / (2 * np.sqrt(np.pi) * blur)  # of white noise after the blur
        lit |= np.abs(stops) > np.maximum(thresholds.EFFECT_STOPS, thresholds.EFFECT_SIGMAS * left)
    return lit & ~things


def _effects(rest: Mask, near: Mask) -> Mask:
    """What is left of the change: at the object, or large enough not to be noise."""
    labels, _ = ndimage.label(rest)
    sizes = np.bincount(labels.ravel())
    kept = sizes >= thresholds.DETACHED_EFFECT * rest.size
    kept[np.unique(labels[near])] = True
    kept[0] = False
    found: Mask = kept[labels]
    return found


def _largest(pieces: Mask) -> Mask:
    labels, count = ndimage.label(pieces, structure=np.ones((3, 3)))
    if count == 0:
        return pieces
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    largest: Mask = labels == sizes.argmax()
    return largest


def _outlined(main: Mask, change: ChangeMap) -> Mask:
    """The object at working size: the half-size mask, with the outline of the sharp change where they
    agree."""
    shape = change.z.shape
    sure = _enlarged(cv2.erode(main.astype(np.uint8), _disc(1.5)).astype(np.bool_), shape)
    wide = _enlarged(cv2.dilate(main.astype(np.uint8), _disc(1.5)).astype(np.bool_), shape)
    sharp = cv2.morphologyEx(
        (change.sharp > thresholds.CHANGED).astype(np.uint8), cv2.MORPH_CLOSE, _disc(1.5)
    )
    return filled(sure | (wide & (sharp > 0) & _enlarged(main, shape)))


def _regions(
    object_: Mask, shadow: Mask, reflection: Mask, other: Mask, ratio: Ratio, change: ChangeMap
) -> tuple[Region, ...]:
    stops = cv2.resize(ratio.stops, object_.shape[::-1], interpolation=cv2.INTER_LINEAR)
    rough = cv2.resize(ratio.rough, object_.shape[::-1], interpolation=cv2.INTER_LINEAR)
    near = cv2.dilate(object_.astype(np.uint8), _disc(_gap(object_.shape))).astype(np.bool_)
    found: list[Region] = []
    kinds: list[tuple[RegionKind, Mask]] = [
        ("object", object_),
        ("shadow", shadow),
        ("reflection", reflection),
        ("other", other),
    ]
    for kind, mask in kinds:
        labels, _ = ndimage.label(mask, structure=np.ones((3, 3)))
        for number, where in enumerate(ndimage.find_objects(labels), 1):
            inside = labels[where] == number
            area = int(np.count_nonzero(inside))
            if area < thresholds.SMALLEST_REGION * mask.size:
                continue
            rows, columns = where
            found.append(
                Region(
                    kind=kind,
                    box=Box(
                        float(columns.start),
                        float(rows.start),
                        float(columns.stop - columns.start),
                        float(rows.stop - rows.start),
                    ),
                    share=area / mask.size,
                    peak=float(change.z[where][inside].max()),
                    darkening=float(np.median(stops[where][inside])),
                    roughness=float(np.median(rough[where][inside])),
                    attached=kind == "object" or bool((near[where] & inside).any()),
                )
            )
    return tuple(sorted(found, key=lambda region: -region.share))


def _without_specks(mask: Mask) -> Mask:
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    labels, _ = ndimage.label(opened)
    sizes = np.bincount(labels.ravel())
    kept = sizes >= thresholds.SMALLEST_REGION * mask.size
    kept[0] = False
    found: Mask = kept[labels]
    return found


def _enlarged(mask: Mask, shape: tuple[int, ...]) -> Mask:
    large: Mask = cv2.resize(mask.astype(np.float32), shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return large


def _gap(shape: tuple[int, ...]) -> float:
    return thresholds.OBJECT_GAP * max(shape[:2])


def _disc(radius: float) -> NDArray[np.uint8]:
    side = int(radius) * 2 + 1
    disc: NDArray[np.uint8] = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return disc
