"""What the change consists of: the object, its shadow, its reflection, and what should not have changed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from curate.capture import thresholds
from curate.capture.change_map import ChangeMap
from curate.capture.effects import effect_of, in_shade, mirrored, with_shore, without_slivers
from curate.capture.light_ratio import Ratio
from curate.capture.object_shape import bright_parts, filled_bays, strays
from curate.capture.pieces import pieces_of
from curate.capture.records import Mask, Plane, Region, RegionKind
from curate.capture.shapes import (
    NEIGHBOURS,
    closed,
    disc,
    enlarged,
    filled,
    gap,
    largest,
    opened,
    touching,
    widened,
)
from curate.records import Box

_LINKS = 3  # things that may interrupt a shadow one after the other


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Working masks [h, w] that, but for ``standing``, share no pixel, and the regions made from them."""

    object_: Mask
    standing: Mask
    """The object as first found, up to the frame's own edges: it says which frame they are in."""
    shadow: Mask
    reflection: Mask
    other: Mask
    regions: tuple[Region, ...]


def split_change(
    ratio: Ratio, change: ChangeMap, frames: tuple[Plane, Plane], given: Mask | None = None
) -> Split:
    """Tell object, shadow, reflection and the rest apart.

    Args:
        ratio: of the light.
        change: of the same frames.
        frames: factual and counterfactual [h, w, 3], sRGB-coded 0..1, aligned, light compensated.
        given: [h, w] the photographer's own object mask, which then stands.
    """
    pieces = pieces_of(ratio)
    main = _main(pieces) if given is None else _reduced(given, pieces.shape)
    other = pieces & ~main if given is None else pieces & ~_attached(pieces, main)
    near = widened(main, gap(change.z.shape) / 2)
    rest = effect_of(ratio, main | other, near)
    explained = in_shade(other, touching(rest, near), ratio) | mirrored(other, main, ratio)
    rest, other = rest | explained, other & ~explained
    if given is None:
        standing, came = _object(main, change, frames)
        brighter = enlarged(rest & (ratio.stops < 0), standing.shape) & ~standing
        parts = bright_parts(standing, brighter, *frames)
        rest = with_shore(rest, main, ratio)
        object_ = _with(parts, _off_shore(standing, rest & main))
    else:
        standing, object_, came = given, given, np.zeros_like(given)
    darker = ratio.stops > 0
    shadow, reflection, other = (
        enlarged(part, object_.shape) & ~object_ for part in (rest & darker, rest & ~darker, other)
    )
    other |= came
    shadow &= ~came
    reflection &= ~(shadow | came)
    other &= ~(shadow | reflection)
    effect = without_slivers(shadow | reflection, object_)
    shadow, reflection = shadow & effect, reflection & effect
    regions = _regions(object_, shadow, reflection, other, ratio, change)
    return Split(object_, standing, shadow, reflection, other, regions)


def _main(pieces: Mask) -> Mask:
    """The largest piece and those close to it, without holes."""
    return filled(_attached(pieces, largest(pieces)))


def _attached(pieces: Mask, main: Mask) -> Mask:
    """``main`` with the pieces that lie close to it."""
    return main | touching(pieces & ~main, widened(main, gap(pieces.shape)))  # of half-size planes


def _reduced(mask: Mask, shape: tuple[int, ...]) -> Mask:
    small: Mask = cv2.resize(mask.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_AREA) > 0
    return small


def _object(main: Mask, change: ChangeMap, frames: tuple[Plane, Plane]) -> tuple[Mask, Mask]:
    """The object at working size, and what touches it but came rather than went."""
    found = filled_bays(_outlined(main, change), *frames)
    came = strays(found, *frames)
    return found & ~came, came


def _off_shore(standing: Mask, shore: Mask) -> Mask:
    """Without the rim that is shadow, if anything is left then."""
    core = opened(standing & ~enlarged(shore, standing.shape), 2)
    return core if core.any() else standing


def _with(parts: Mask, object_: Mask) -> Mask:
    return closed(object_ | parts, 3) if parts.any() else object_


def _outlined(main: Mask, change: ChangeMap) -> Mask:
    """The object at working size: the half-size mask, with the outline of the sharp change where they
    agree."""
    shape = change.z.shape
    sure = enlarged(cv2.erode(main.astype(np.uint8), disc(1.5)).astype(np.bool_), shape)
    sharp = closed(change.sharp > thresholds.CHANGED, 1.5)
    return filled(sure | (sharp & enlarged(main, shape)))


def _near(object_: Mask, effect: Mask) -> Mask:
    """What is close to the object, or to its effect: a shadow that runs behind other things goes on."""
    reach = gap(object_.shape)
    near = widened(object_, reach)
    labels, _ = ndimage.label(effect, structure=NEIGHBOURS)
    for _ in range(_LINKS):
        touching = np.unique(labels[near])
        near |= widened(np.isin(labels, touching[touching > 0]), 2 * reach)
    return near


def _regions(
    object_: Mask, shadow: Mask, reflection: Mask, other: Mask, ratio: Ratio, change: ChangeMap
) -> tuple[Region, ...]:
    stops = cv2.resize(ratio.stops, object_.shape[::-1], interpolation=cv2.INTER_LINEAR)
    rough = cv2.resize(ratio.rough, object_.shape[::-1], interpolation=cv2.INTER_LINEAR)
    near = _near(object_, shadow | reflection)
    found: list[Region] = []
    kinds: list[tuple[RegionKind, Mask]] = [
        ("object", object_),
        ("shadow", shadow),
        ("reflection", reflection),
        ("other", other),
    ]
    for kind, mask in kinds:
        labels, _ = ndimage.label(mask, structure=NEIGHBOURS)
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
