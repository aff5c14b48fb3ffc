"""What stands inside D in the output: the object still, or something that belongs nowhere near."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from curate.measures import thresholds
from curate.measures.records import RGB, Mask, Plane
from curate.measures.small import Small, blurred, lab

_SCALES = 5
_FEWEST = 12  # pixels of a scale
_FINE, _COARSE, _TEXTURE = 0.6, 1.2, 2.0  # small pixels: blurs that describe a place
_TEXTURE_WEIGHT = 1.5  # of a unit of colour
_AROUND = 2.5  # small pixels from D to the surroundings
_MOST = 3000  # places of the surroundings, and of D
_DARKEST = 20.0  # 8-bit steps: below, noise would be all there is to see
_BLOCKS, _PER_BLOCK = 4, 100  # the surroundings in 4 x 4 blocks, and places asked of each


def residual_object(region: Small) -> float | None:
    """Correlation 0..1 of the gradients of X and Z inside D, mean over scales; None: D is too small.

    The new fill has edges of its own, a ghost, a part and a smear have X's.
    """
    first, second = lab(region.x), lab(region.z)
    share = region.mask.astype(np.float32)
    found = []
    for scale in range(_SCALES):
        size = tuple(max(side >> scale, 4) for side in share.shape[::-1])
        one, other, weight = (
            cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (first, second, share)
        )
        inner = cv2.erode((weight > 0.99).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        if np.count_nonzero(inner) < _FEWEST:
            break
        found.append(_correlation(_gradient(one)[inner], _gradient(other)[inner], inner.size))
    return float(np.clip(np.mean(found), 0, 1)) if found else None


def _gradient(plane: Plane) -> Plane:
    both: Plane = np.concatenate([cv2.Sobel(plane, cv2.CV_32F, *way) for way in ((1, 0), (0, 1))], axis=2)
    return both


def _correlation(one: Plane, other: Plane, pixels: int) -> float:
    # One unit of gradient per pixel of the copy is added: where nothing has edges, nothing correlates.
    own = [float(np.square(gradient).sum()) / pixels + 1 for gradient in (one, other)]
    return float((one * other).sum()) / pixels / math.sqrt(own[0] * own[1])


def new_object(region: Small, residual: float) -> float | None:
    """How strange D's strangest tenth is; None where nothing is around D.

    What X's structure explains (``residual``) is taken off.
    """
    strange = _strangeness(region)
    if strange is None:
        return None
    low, high = thresholds.EXPLAINED
    new = 1 - float(np.clip((residual - low) / (high - low), 0, 1))
    return new * strange


def _strangeness(region: Small) -> float | None:
    """How far D's strangest tenth in Z is from all places around D and from X's same place.

    Relative to how far places in a part of the surroundings are from all other parts; None where there are
    too few.
    """
    around, inside = (
        places[:: max(len(places) // _MOST, 1)]
        for places in map(np.flatnonzero, (region.away > _AROUND, region.mask))
    )
    if len(around) < thresholds.LEAST_BACKGROUND or len(inside) < _FEWEST:
        return None
    x, z = map(lab, _lit(region))
    here, before = (_described(plane, region.mask)[inside] for plane in (z, x))
    there = _described(z, ~region.mask)[around]
    nearest, _ = cKDTree(there).query(here)
    strange = np.minimum(nearest, np.linalg.norm(here - before, axis=1))
    usual = _usual_distance(there, around, region.mask.shape)
    return float(np.quantile(strange, thresholds.STRANGE_SHARE)) / (usual + thresholds.STEADY_DISTANCE)


def _lit(region: Small) -> tuple[RGB, RGB]:
    """X and Z, made brighter where they are dark: eyes get used to the dark and tell things there."""
    around = region.z[~region.mask].max(axis=1)
    bright = max(float(np.quantile(around, 0.75)), _DARKEST)
    first, second = (
        cv2.convertScaleAbs(photo, alpha=max(thresholds.BRIGHT / bright, 1.0))
        for photo in (region.x, region.z)
    )
    return first, second


def _described(plane: Plane, part: Mask) -> NDArray[np.float32]:
    """[h * w, 7]: colour at two scales and the energy of the texture, seen within a part alone."""
    light = plane[..., 0]
    texture = np.square(light - blurred(light, part, _TEXTURE))
    energy = np.sqrt(np.maximum(blurred(texture, part, _COARSE), 0))
    fine, coarse = (blurred(plane, part, sigma) for sigma in (_FINE, _COARSE))
    described: NDArray[np.float32] = np.dstack([fine, coarse, energy * _TEXTURE_WEIGHT]).reshape(-1, 7)
    return described


def _usual_distance(places: NDArray[np.float32], where: NDArray[np.intp], shape: tuple[int, ...]) -> float:
    """The distance that nine of ten places have at most to the likest one in another block."""
    rows, columns = np.divmod(where, shape[1])
    block = rows * _BLOCKS // shape[0] * _BLOCKS + columns * _BLOCKS // shape[1]
    found = []
    for number in np.unique(block):
        others = places[block != number]
        if len(others):
            found.append(cKDTree(others).query(places[block == number][:_PER_BLOCK])[0])
    return float(np.quantile(np.concatenate(found), 0.9)) if found else 0.0
