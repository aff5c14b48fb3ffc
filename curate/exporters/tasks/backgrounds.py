"""An accepted removal as the background of a record: the columns and rules that tasks with one share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pyarrow as pa

from curate.exporters.tasks.task import Column, PixelsOf, Row, SizeOf, listed
from curate.records import Box

TARGET, BACKGROUND, MASK = "target_file_name", "background_file_name", "mask_file_name"
MASK_MEANING = "white (255) is the object, black (0) everything else"

ReadPng = Callable[[str], bytes]
"""A stored PNG by its sha256; called from several threads."""

COLUMNS = (
    Column("removal_id", pa.string(), "the output, by object, remover, segmenter and dilation"),
    Column("remover", pa.string(), "model that made the background"),
    Column("remover_fingerprint", pa.string(), "its weights, preprocessing and parameters"),
    Column("segmenter", pa.string(), "model that drew the mask"),
    Column("dilation", pa.int64(), "by how many pixels the mask was widened for the remover"),
    Column(
        "region",
        listed(pa.int64()),
        "x, y, width, height of what the remover was shown: outside of it background and target are equal",
    ),
)


@dataclass(frozen=True, slots=True)
class Background:
    """An accepted removal of a target."""

    removal_id: UUID
    remover: str
    remover_fingerprint: str
    segmenter: str
    dilation: int
    """Pixels."""
    region: Box
    """Whole pixels of the upright photo."""
    output_sha256: str
    mask_sha256: str
    """Of the object's own mask."""


def background_values(background: Background) -> Row:
    """The values of ``COLUMNS``."""
    region = background.region
    return {
        "removal_id": str(background.removal_id),
        "remover": background.remover,
        "remover_fingerprint": background.remover_fingerprint,
        "segmenter": background.segmenter,
        "dilation": background.dilation,
        "region": [int(each) for each in (region.x, region.y, region.width, region.height)],
    }


def background_row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    """What is wrong with a background whose pictures are all there, as far as their sizes tell."""
    width, height = size_of(row[TARGET])
    for name in (row[BACKGROUND], row[MASK]):
        if size_of(name) != (width, height):
            yield f"has {name} in another size than its target"
        if not name.endswith(".png"):
            yield f"has the lossy picture {name}"
    if not _inside(row["region"], width, height):
        yield "has a working region outside of its target"
    if row["dilation"] < 0:
        yield "has a mask that was widened by less than nothing"
    if not row["decision_ids"] or not all(row["decision_ids"]):
        yield "names no decision that accepts its background"


def background_pixel_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    """What is wrong with the pixels of mask and background."""
    mask = pixels(row[MASK])
    x, y, width, height = row["region"]
    outside = np.ones(mask.shape[:2], dtype=np.bool_)
    outside[y : y + height, x : x + width] = False
    if mask.ndim != 2 or not np.isin(mask, (0, 255)).all():
        yield f"has values other than 0 and 255 in {row[MASK]}"
    elif not mask.any() or mask[outside].any():
        yield f"has no object in {row[MASK]}, or one that reaches out of the working region"
    if not np.array_equal(pixels(row[TARGET])[outside], pixels(row[BACKGROUND])[outside]):
        yield f"has a background {row[BACKGROUND]} that is not its target outside of the working region"


def _inside(region: Sequence[int], width: int, height: int) -> bool:
    if len(region) != 4 or min(region) < 0 or min(region[2:]) == 0:
        return False
    return region[0] + region[2] <= width and region[1] + region[3] <= height
