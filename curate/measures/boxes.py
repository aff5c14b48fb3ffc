"""What a detector's boxes say about the inside of D."""

from __future__ import annotations

import math
from collections.abc import Iterable

from curate.measures import thresholds
from curate.measures.records import Mask, RemovalEvidence
from curate.records import Detection


def same_class_score(mask: Mask, evidence: RemovalEvidence) -> float | None:
    """Highest score of a box of the object's class in D on Z, 0 if there is none; None: nobody looked."""
    if evidence.detections_z is None or evidence.label is None:
        return None
    return _highest(box for box in _in_mask(mask, evidence.detections_z) if box.label == evidence.label)


def new_score(mask: Mask, evidence: RemovalEvidence) -> float | None:
    """Highest score of a box in D on Z that no box on X is like, 0 if there is none; None: nobody looked."""
    if evidence.detections_z is None or evidence.detections_x is None:
        return None
    known = evidence.detections_x
    return _highest(
        box for box in _in_mask(mask, evidence.detections_z) if not any(_alike(box, other) for other in known)
    )


def _in_mask(mask: Mask, boxes: Iterable[Detection]) -> Iterable[Detection]:
    for found in boxes:
        box = found.box.clipped(mask.shape[1], mask.shape[0])
        if box is None:
            continue
        rows = slice(math.floor(box.y), math.ceil(box.bottom))
        if mask[rows, math.floor(box.x) : math.ceil(box.right)].mean() >= thresholds.BOX_SHARE:
            yield found


def _alike(one: Detection, other: Detection) -> bool:
    return one.label == other.label and one.box.overlap(other.box) >= thresholds.BOX_SHARE


def _highest(boxes: Iterable[Detection]) -> float:
    return max((box.score for box in boxes), default=0.0)
