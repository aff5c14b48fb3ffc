"""The rules that the rows of tasks made of counterfactual pairs keep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from curate.exporters.tasks.pair_columns import EFFECT, MASK
from curate.exporters.tasks.pair_records import sample_id
from curate.exporters.tasks.task import Holdings, PixelsOf, Row, SizeOf, file_names

ALIGNED_UP_TO = 2.0
"""Pixels a camera may have moved for its pair to be aligned, as in ``curate.capture.thresholds``."""


def moved_too_far(verdict: str, shift: float | None, *, aligned: bool) -> bool:
    """Whether a pair is exported as it was taken though its photos do not lie on each other.

    Only an adjudicator lets such a pair through, and there is no aligning it without loss.

    Args:
        verdict: Of the checks: ``pass``, ``warn`` or ``fail``.
        shift: Largest displacement of a corner between the photos as taken, pixels; None if unknown.
        aligned: Whether the photos are laid on each other in the export.
    """
    return verdict == "fail" and not aligned and (shift or 0.0) > ALIGNED_UP_TO


def holdings(row: Row) -> Holdings:
    """Photos, scene, shoot and object may be in one split only, and what is held out in ``test`` only."""
    photos = row["factual_sha256"], row["counterfactual_sha256"]
    things = [("photo", photo) for photo in photos]
    things += [("scene", row["scene_id"]), ("shoot", row["shoot_id"])]
    if row["object_key"]:
        things.append(("object", row["object_key"]))
    only_in = "test" if row["held_out"] else None
    return Holdings(tuple(things), dict.fromkeys(photos, row["licence"]), only_in)


def row_faults(task: str, row: Row, size_of: SizeOf) -> Iterator[str]:
    """What is wrong with a row whose pictures are all there, as far as their sizes tell."""
    if row["sample_id"] != sample_id(
        task, row["factual_sha256"], row["counterfactual_sha256"], row["mask_sha256"]
    ):
        yield "has an id that does not follow from its photos and mask"
    if row["factual_sha256"] == row["counterfactual_sha256"]:
        yield "has the same photo with and without the object"
    size = row["width"], row["height"]
    for name in file_names(row):
        if size_of(name) != size:
            yield f"has {name} in another size than {size[0]} x {size[1]}"
    if len(row["crop"]) != 4 or tuple(row["crop"][2:]) != size or min(row["crop"][:2]) < 0:
        yield "has a crop that is not what its pictures show"
    elif not row["aligned"] and any(row["crop"][:2]):
        yield "is cropped though it was not aligned"


def mask_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    """What is wrong with the masks of a row."""
    for column in (MASK, EFFECT):
        plane = pixels(row[column])
        if plane.ndim != 2 or not np.isin(plane, (0, 255)).all():
            yield f"has values other than 0 and 255 in {row[column]}"
        elif column == MASK and not plane.any():
            yield f"has no object in {row[column]}"
