"""How the light of two frames differs, and whether both show the same under it.

A shadow multiplies the light behind it by something smooth and nearly grey: the ratio of the two frames has
no texture under it, and what texture there is stands in both frames. An object replaces what is behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy import ndimage

from curate.capture import thresholds
from curate.capture.change_map import ChangeMap
from curate.capture.photometry import coded
from curate.capture.records import Mask, Plane

_EPS = 0.01  # linear light: keeps the stops of black pixels small
_WINDOW = 4.0  # half-size pixels over which texture is compared
_FINE_NOISE = 0.15  # of white noise's variance is left in the fine structure, a mean of three channels
_ERODE = np.ones((5, 5), np.uint8)


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


def _without_specks(mask: Mask) -> Mask:
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    labels, _ = ndimage.label(opened)
    sizes = np.bincount(labels.ravel())
    kept = sizes >= thresholds.SMALLEST_REGION * mask.size
    kept[0] = False
    found: Mask = kept[labels]
    return found
