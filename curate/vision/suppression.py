"""Doubled boxes: several boxes of one detector around one thing, whatever their labels.

A thing that is stored twice joins every recurrence group twice, so labels play no part here: a jug
that is seen as a vase and as a bottle is one thing. Two things that stand behind each other overlap
as well, though, and must both stay. What tells the two cases apart is nesting: the second box of a
thing lies inside the first one or around it, the box of a neighbour sticks out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from curate.records import Box, Detection

FLOOR = 0.2
"""Lowest score that is stored. Low, because filters belong to mining and moving one must not mean
to detect again; not lower, because every stored object is also embedded (NanoDet finds 8 things per
photo above .2 in furnished rooms, 4 above .3, 1 above .5)."""
SAME_THING_OVERLAP = 0.5
"""Intersection over union from which two boxes are one thing, as in COCO's evaluation."""
NESTED_OVERLAP = 0.4
"""The same for nested boxes. A box that lies inside another and fills less of it than this is a part
or something on top of it, such as a cup on a table, and stays."""
NESTED_SHARE = 0.9
"""Share of the smaller box inside the larger from which the two are nested."""
MOST_BOXES = 100
"""Boxes kept per photo, the best first; COCO's evaluation uses the same number."""
SUPPRESSION_RULE = (
    f"floor {FLOOR}, overlap {SAME_THING_OVERLAP}, nested {NESTED_OVERLAP} at {NESTED_SHARE},"
    f" at most {MOST_BOXES}/1"
)
"""Part of every detector's fingerprint."""


def keep(corners: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which boxes stay, best first. The order of the boxes does not matter unless two are equal.

    Args:
        corners: [n, 4] as left, top, right, bottom, pixels; no empty box.
        scores: [n].

    Returns:
        Indices of at most ``MOST_BOXES`` boxes.
    """
    # By score, then by corners, so that equal scores do not make the outcome depend on the order.
    order = np.lexsort((*corners.T[::-1], -scores))
    doubled = _doubled(corners[order])
    kept: list[int] = []
    for rank in range(len(order)):
        if len(kept) == MOST_BOXES:
            break
        if not doubled[rank, kept].any():
            kept.append(rank)
    return order[kept]


def _doubled(corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[n, n]: True where two boxes are around one thing."""
    low = np.maximum(corners[:, None, :2], corners[None, :, :2])
    high = np.minimum(corners[:, None, 2:], corners[None, :, 2:])
    shared = (high - low).clip(min=0).prod(axis=2)
    areas = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
    union = areas[:, None] + areas[None, :] - shared
    overlap = shared / union
    nested = shared >= NESTED_SHARE * np.minimum(areas[:, None], areas[None, :])
    doubled: NDArray[np.bool_] = (overlap >= SAME_THING_OVERLAP) | (nested & (overlap >= NESTED_OVERLAP))
    return doubled


def detections(
    corners: NDArray[np.float64], scores: NDArray[np.float64], labels: list[str], width: int, height: int
) -> list[Detection]:
    """What a detector returns for one photo: clipped, above the floor, doubled boxes suppressed.

    Args:
        corners: [n, 4] as left, top, right, bottom, pixels of the photo.
        scores: [n], 0..1.
        labels: n names.
        width: of the photo, pixels.
        height: of the photo, pixels.
    """
    corners = corners.clip(0, (width, height, width, height))
    # A box thinner than a pixel after clipping shows nothing.
    wanted = (scores >= FLOOR) & ((corners[:, 2:] - corners[:, :2]) >= 1).all(axis=1)
    candidates = np.flatnonzero(wanted)
    kept = candidates[keep(corners[candidates], scores[candidates])]
    return [Detection(_box(corners[index]), float(scores[index]), labels[index]) for index in kept]


def _box(corners: NDArray[np.float64]) -> Box:
    left, top, right, bottom = corners.tolist()
    return Box(left, top, right - left, bottom - top)
