"""The object's shadow and reflection: how much of them the remover took away, and what it left."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from curate.measures import thresholds
from curate.measures.outline import outline_steps
from curate.measures.records import Mask, Plane
from curate.measures.small import Small, blurred, mean_of, stops

_BLUR = 2.0  # small pixels: averages noise out, keeps the edge of a contact shadow
_FEWEST = 10  # places that a statement needs
_FEWEST_FAR = 30  # pixels further out that a place is held against
_RIM = 2  # small pixels


def changed_light(region: Small, limit: float) -> Mask:
    """[h, w] where light outside D changed by ``limit`` stops beyond the median, connected with D.

    A change that reaches much of the region's border is no effect of an object: then nowhere.
    """
    around = region.away > 1
    if not around.any():
        return around
    ratio = (stops(region.z) - stops(region.x)).mean(axis=2)
    change = blurred(ratio, ~region.mask, _BLUR)
    changed = around & (np.abs(change - np.median(change[around])) > limit)
    labels, _ = ndimage.label(changed | (region.away <= 1))
    zone: Mask = changed & np.isin(labels, np.unique(labels[region.mask]))
    border = np.ones_like(zone)
    border[_RIM:-_RIM, _RIM:-_RIM] = False
    border &= around
    if np.count_nonzero(zone & border) > thresholds.ZONE_BORDER * np.count_nonzero(border):
        zone[:] = False
    return zone


def effect_removed(region: Small) -> float:
    """Area whose light changed as by an effect that is gone, over D's area."""
    zone = changed_light(region, thresholds.EFFECT_STOPS)
    return float(np.count_nonzero(zone) / np.count_nonzero(region.mask))


def effect_left(region: Small, removed: float) -> float | None:
    """Stops of darkness around D that speak of a shadow left; None where no outline is to be seen.

    A fill shows the surface unshaded and the shadow ends at the mask's outline, or the fill goes on with the
    shadow and the object's foot is darker than what is further out. Both happen without any shadow; so
    where light around D was changed, that counts against it.
    """
    light = stops(region.z)
    steps = outline_steps(light, region)
    if len(steps) < _FEWEST:
        return None
    share, slack = thresholds.STEP_COLOUR
    step = float(_grey(steps, share, slack).mean())
    found = max(step, 0.0) + thresholds.DARK_WEIGHT * _shaded_foot(region, light)
    return found * thresholds.KEPT_AREA / (thresholds.KEPT_AREA + removed)


def _shaded_foot(region: Small, light: Plane) -> float:
    """Share of the places around the object's foot that are darker than what is further out, and as grey."""
    size, rows = region.size, np.flatnonzero(region.mask.any(axis=1))
    foot = rows[-1] - thresholds.FOOT * (rows[-1] - rows[0] + 1)
    down = np.arange(len(region.mask))[:, None]
    near = (region.away > 1) & (region.away <= 0.12 * size + 2) & (down >= foot)
    far = (region.away > 0.25 * size) & (region.away <= 0.6 * size) & (down >= foot - 0.2 * size)
    beyond, count = mean_of(light, far, int(1.2 * size) | 1)
    places = near & (count > _FEWEST_FAR)
    if np.count_nonzero(places) < _FEWEST:
        return 0.0
    darker = (beyond - cv2.GaussianBlur(light, (0, 0), _BLUR))[places]
    return float(
        np.mean(_grey(darker, thresholds.DARK_COLOUR, thresholds.STEP_COLOUR[1]) > thresholds.DARK_STOPS)
    )


def _grey(steps: Plane, share: float, slack: float) -> Plane:
    """[n] mean over the channels of [n, 3] stops, 0 where they differ as colours do."""
    mean = steps.mean(axis=1)
    colour = np.abs(steps - mean[:, None]).max(axis=1)
    limit = thresholds.LARGEST_STEP
    grey: Plane = np.where(colour < share + slack * np.abs(mean), np.clip(mean, -limit, limit), 0)
    return grey
