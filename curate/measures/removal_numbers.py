"""The numbers of one removal output, from its pixels and from what models said of it."""

from __future__ import annotations

import math

import numpy as np

from curate.measures import thresholds
from curate.measures.background import background_numbers, background_of, outside_changed
from curate.measures.boxes import new_score, same_class_score
from curate.measures.effect import effect_left, effect_removed
from curate.measures.inside import new_object, residual_object
from curate.measures.outline import seam
from curate.measures.records import NO_EVIDENCE, RGB, Mask, RemovalEvidence, RemovalNumbers
from curate.measures.sharpness import sharpness
from curate.measures.small import small
from curate.records import Box


def measure_removal(
    x: RGB, z: RGB, mask: Mask, region: Box, evidence: RemovalEvidence = NO_EVIDENCE
) -> RemovalNumbers:
    """Measure a remover's output against its input.

    Args:
        x: uint8 [h, w, 3], the photo.
        z: uint8 [h, w, 3], the output.
        mask: bool [h, w], the dilated mask D that the remover was given; shaped like the object, since what
            of the background lies in it counts as the object.
        region: the working region, pixels; outside of it nothing is measured but whether it is untouched.
        evidence: what models said, where any was asked.

    Raises:
        ValueError: shapes or types do not fit, or the mask is empty inside the region.
    """
    rows, columns = _slices(x, z, mask, region)
    part = x[rows, columns], z[rows, columns], mask[rows, columns]
    if not part[2].any():
        raise ValueError("The mask has no pixel inside the working region.")
    view = small(*part, thresholds.WORKING_SIDE / max(part[2].shape))
    close_up = small(view.x, view.z, view.mask, thresholds.OBJECT_SIDE / view.size)
    psnr, changed = background_numbers(*part[:2], background_of(part[2], view))
    residual, removed = residual_object(view), effect_removed(view)
    return RemovalNumbers(
        background_psnr=psnr,
        background_changed=changed,
        outside_changed=outside_changed(x, z, rows, columns),
        residual_object=residual,
        same_class_score=same_class_score(mask, evidence),
        object_cosine=evidence.cosine,
        new_object=new_object(close_up, residual or 0.0),
        new_object_score=new_score(mask, evidence),
        effect_left=effect_left(view, removed),
        effect_removed=removed,
        seam=seam(view),
        sharpness=sharpness(part[1], view),
    )


def _slices(x: RGB, z: RGB, mask: Mask, region: Box) -> tuple[slice, slice]:
    if x.shape != z.shape or x.shape[:2] != mask.shape or x.shape[2:] != (3,):
        raise ValueError(f"Input {x.shape}, output {z.shape} and mask {mask.shape} do not fit each other.")
    if x.dtype != np.uint8 or z.dtype != np.uint8 or mask.dtype != np.bool_:
        raise ValueError(f"Photos are uint8 and masks bool, not {x.dtype}, {z.dtype} and {mask.dtype}.")
    inside = region.clipped(mask.shape[1], mask.shape[0])
    if inside is None:
        raise ValueError(f"{region} lies outside a photo of {mask.shape[1]} x {mask.shape[0]} pixels.")
    return (
        slice(math.floor(inside.y), math.ceil(inside.bottom)),
        slice(math.floor(inside.x), math.ceil(inside.right)),
    )
