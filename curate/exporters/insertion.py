"""The ``insertion`` task: a photo, the same without its object, and references of it (ObjectMate, section 3).

The background is a remover's output that people accepted; outside its working region it is the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from curate.exporters.insertion_records import (
    BACKGROUND,
    MASK,
    TASK,
    sample_id,
)
from curate.exporters.subject import SUBJECT, holdings, view_faults
from curate.exporters.task import CardWords, Column, PixelsOf, Row, SizeOf, Task, listed

_TARGET = "target_file_name"
_PICTURES = (
    Column(BACKGROUND, pa.string(), "the target without the object: output of a remover; PNG"),
    Column(MASK, pa.string(), "where the object is in the target, not widened"),
)
_REMOVAL = (
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
_OWN_ID = Column(
    "sample_id", pa.string(), "sha256 over the task, the target's object id, the removal and the references"
)
_VIEWS = tuple(each for each in SUBJECT.columns if each.name not in ("sample_id", "caption"))


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    if row["sample_id"] != sample_id(row["object_id"], row["removal_id"], row["reference_object_ids"]):
        yield "has an id that does not follow from its objects and removal"
    yield from view_faults(row, size_of)
    width, height = size_of(row[_TARGET])
    for name in (row[BACKGROUND], row[MASK]):
        if size_of(name) != (width, height):
            yield f"has {name} in another size than its target"
        if not name.endswith(".png"):
            yield f"has the lossy picture {name}"
    if not _inside(row["region"], width, height):
        yield "has a working region outside of its target"


def _pixel_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    mask = pixels(row[MASK])
    x, y, width, height = row["region"]
    outside = np.ones(mask.shape[:2], dtype=np.bool_)
    outside[y : y + height, x : x + width] = False
    if mask.ndim != 2 or not np.isin(mask, (0, 255)).all():
        yield f"has values other than 0 and 255 in {row[MASK]}"
    elif not mask.any() or mask[outside].any():
        yield f"has no object in {row[MASK]}, or one that reaches out of the working region"
    if not np.array_equal(pixels(row[_TARGET])[outside], pixels(row[BACKGROUND])[outside]):
        yield f"has a background {row[BACKGROUND]} that is not its target outside of the working region"


def _inside(region: Sequence[int], width: int, height: int) -> bool:
    if len(region) != 4 or min(region) < 0 or min(region[2:]) == 0:
        return False
    return region[0] + region[2] <= width and region[1] + region[3] <= height


def _summary(rows: Sequence[Row]) -> str:
    removers = ", ".join(sorted({row["remover"] for row in rows}))
    references = {len(row["reference_file_names"]) for row in rows}
    return (
        f"{len(rows)} training samples for object insertion. Each is a photo (`target`), the same photo "
        f"without its object (`background`, by {removers}), the object's mask and box, and "
        f"{max(references)} reference photos of the same physical thing. Views and backgrounds were accepted "
        "by decisions on record."
    )


INSERTION = Task(
    name=TASK,
    columns=(_OWN_ID, *_PICTURES, *_VIEWS, *_REMOVAL),
    holdings=holdings,
    row_faults=_row_faults,
    pixel_faults=_pixel_faults,
    masks={MASK: "white (255) is the object, black (0) everything else"},
    card=CardWords(
        category="image-to-image",
        tag="object-insertion",
        summary=_summary,
        counts="Groups of views: {groups}. Photos: {photos}. No photo and no group is in two splits.",
        loaded=(
            "`target`, `background`, `mask` and `reference` come as pictures; all other columns as they "
            "stand below. An insertion model gets `background`, `mask` and the references and learns to make "
            "`target`. `background` is made by a model: inside `region` it shows what might be behind the "
            "object, and traces of shadows may be left there."
        ),
        rights=SUBJECT.card.rights,
        making=(
            f"{SUBJECT.card.making} Backgrounds and masks are PNG as they were judged: outside `region` a "
            "background equals the decoded target bit for bit."
        ),
    ),
    nothing=(
        "Nothing is approved for export: accept groups, type `curate remove`, and accept removals with "
        "`curate decide accept` first."
    ),
)
