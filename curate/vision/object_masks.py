"""What all segmenters share: looks at one box with its surroundings, and which pieces are its object."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from curate.records import Box
from curate.vision.interfaces import RGB, Mask
from curate.vision.regions import around
from curate.vision.removal_rules import INSIDE_SHARE, SMALLEST_SHARE

Look = Callable[[RGB, Box], Mask]
"""A crop and the box in pixels of that crop; gives a mask as large as the crop."""


def object_masks(photo: RGB, boxes: Sequence[Box], look: Look, paddings: Sequence[float]) -> list[Mask]:
    """One mask per box, as large as the photo: what any of the looks found.

    Every box is looked at by itself, so that a mask does not depend on its neighbours and a small object
    in a large photo gets the model's full size.

    Args:
        photo: uint8 [height, width, 3].
        boxes: pixels of the photo; may reach over its border.
        look: the model.
        paddings: share of the box that is shown around it, one for each look.
    """
    masks = [np.zeros(photo.shape[:2], dtype=np.bool_) for _ in boxes]
    for mask, box in zip(masks, boxes, strict=True):
        for padding in paddings:
            region = around(box, padding, photo.shape)
            within = Box(box.x - region.x, box.y - region.y, box.width, box.height)
            inside = within.clipped(region.width, region.height)
            if inside is not None:
                crop = np.ascontiguousarray(photo[region.slices])
                mask[region.slices] |= pieces_of(look(crop, inside), inside)
    return masks


def pieces_of(mask: Mask, box: Box) -> Mask:
    """The connected pieces that lie in the box for the most part; nothing if they fill too little of it."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    sizes = np.bincount(labels.ravel(), minlength=count)
    window = (slice(int(box.y), round(box.bottom)), slice(int(box.x), round(box.right)))
    inside = np.bincount(labels[window].ravel(), minlength=count)
    kept = inside >= INSIDE_SHARE * sizes
    kept[0] = False  # label 0 is what lies around the pieces
    if sizes[kept].sum() < SMALLEST_SHARE * box.area:
        return np.zeros_like(mask)
    chosen: Mask = kept[labels]
    return chosen
