"""Removals in a workspace that no model made: photos are drawn with an object and its shadow."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
from PIL import Image

from chain import RIGHTS, last
from curate.database import fingerprints, objects, photos, removals
from curate.database.removals import NewRemoval
from curate.exporters.pixels import QUICK, png
from curate.photos.reading import decode
from curate.records import Box, Detection, PhotoRights
from curate.workflows.ingest import ingest
from curate.workspace import Workspace
from stored_photos import DETECTOR

SIZE = (240, 180)
"""Width and height of every drawn photo."""
BOX = Box(80, 50, 80, 90)
"""Of the object: 17 % of the photo."""
SHADOW = 12
"""Pixels that it reaches beyond the object to the right."""


@dataclass(frozen=True)
class DrawnRemoval:
    """One removal and what went into it."""

    removal: UUID
    object_: UUID
    file: Path
    photo: np.ndarray
    """As it decodes."""
    output: np.ndarray
    mask: np.ndarray
    """bool, of the object; as wide as the photo."""


def scene(seed: int, size: tuple[int, int] = SIZE, box: Box = BOX) -> tuple[np.ndarray, np.ndarray]:
    """A photo of an object with its shadow, and the same without both."""
    width, height = size
    noise = np.random.default_rng(seed).integers(60, 200, (6, 8, 3), dtype=np.uint8)
    empty = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    photo = empty.copy()
    rows, right = slice(int(box.y), int(box.bottom)), int(box.right)
    shadow = photo[rows, right : right + SHADOW]
    shadow[:] = (0.6 * shadow).astype(np.uint8)
    photo[rows, int(box.x) : right] = (230, 30, 30)
    return photo, empty


def ellipse(size: tuple[int, int] = SIZE, box: Box = BOX) -> np.ndarray:
    """A mask inside ``box``: bool [height, width]."""
    mask = np.zeros(size[::-1], np.uint8)
    middle = (int(box.x + box.width / 2), int(box.y + box.height / 2))
    cv2.ellipse(mask, middle, (int(box.width / 2) - 1, int(box.height / 2) - 1), 0, 0, 360, 1, -1)
    return mask > 0


def encoded(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def store_removal(
    workspace: Workspace,
    file: Path,
    box: Box = BOX,
    mask: np.ndarray | None = None,
    *,
    paint: Callable[[np.ndarray], np.ndarray] | None = None,
    remover: str = "drawn",
    effect: float = 0.2,
    numbers: dict[str, float | None] | None = None,
    reasons: tuple[str, ...] = (),
    rights: PhotoRights = RIGHTS,
) -> DrawnRemoval:
    """Ingest a photo and store a removal of the object in ``box``.

    Args:
        mask: Of the object; an ellipse in the box by default.
        paint: Gives the output from the photo; what it does outside of the working region is undone.
        effect: The number ``effect_removed``.
    """
    last(ingest(workspace, [str(file)], rights))
    photo = decode(file.read_bytes())
    height, width = photo.shape[:2]
    inside = ellipse((width, height), box) if mask is None else mask
    region = Box(box.x - 20, box.y - 20, box.width + 40, box.height + 40).clipped(width, height)
    rows, columns = slice(int(region.y), int(region.bottom)), slice(int(region.x), int(region.right))
    output = photo.copy()
    output[rows, columns] = (paint(photo) if paint else 255 - photo)[rows, columns]
    widened = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    planes = output, widened * np.uint8(255), inside * np.uint8(255)
    files = [workspace.media.put(png(plane, QUICK).data, ".png") for plane in planes]
    with workspace.transaction() as session:
        detector = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
        ref = photos.by_keys(session, (key := photos.keys_at(session, [file.as_uri()])).values())
        (shown,) = (ref[each] for each in key.values())
        objects.record_detections(session, shown, detector, DETECTOR, [Detection(box, 0.9, "jug")])
        object_id = objects.object_id(shown.sha256, DETECTOR, box)
        made = NewRemoval(
            remover_id=fingerprints.ensure(session, f"{remover:f>64}", "remover", remover),
            segmenter_id=fingerprints.ensure(session, "5" * 64, "segmenter", "drawn outline"),
            recipe=f"recipe of {remover}",
            dilation=2,
            **{name: int(getattr(region, name)) for name in ("x", "y", "width", "height")},
            **dict(zip(removals.FILES, files, strict=True)),
            seconds=0.5,
        )
        stored = removals.record(session, object_id, made)
        told = {"effect_removed": effect, **(numbers or {})}
        removals.record_measurement(session, stored, "6" * 64, told, reasons)
    return DrawnRemoval(removals.removal_id(object_id, made.recipe), object_id, file, photo, output, inside)
