"""An approved counterfactual pair as a record: what the tasks that are made of pairs have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from curate.errors import ExportError
from curate.exporters.file_structure import picture_size
from curate.exporters.pixels import MediaFile
from curate.records import Box

Plane = NDArray[np.uint8]
"""uint8 [height, width]."""


@dataclass(frozen=True, slots=True)
class PairRecord:
    """A pair that reviewers accepted, with all an exporter says about it."""

    pair_id: UUID
    """Content-derived from both photos."""
    kind: str
    """``pair``, ``triplet`` or ``burst``."""
    scene_id: str
    """Pairs of one scene share photos."""
    shoot_id: UUID
    credit: str | None
    """Whom to name as the photographer."""
    held_out: bool
    object_name: str | None
    object_key: str | None
    """See ``object_key``."""
    factual_sha256: str
    """Original file of the photo with the object."""
    counterfactual_sha256: str
    """Original file of the photo without it."""
    mask_sha256: str
    """Approved object mask as it is stored, before any crop; like the two below."""
    effect_sha256: str
    alpha_sha256: str
    licence: str | None
    consent: str | None
    verdict: str
    """``pass``, ``warn`` or ``fail``: what was measured, whatever people decided."""
    shift: float | None
    """Largest displacement of a corner between the two photos as taken, pixels."""
    ev: float | None
    """Stops by which the photo without the object is brighter."""
    split: str
    decision_ids: tuple[str, ...]
    """Public ids of the decisions that accept the pair, sorted."""


@dataclass(frozen=True, slots=True, eq=False)
class PairFiles:
    """The pixels of a pair as they leave; all of one size."""

    factual: MediaFile
    counterfactual: MediaFile
    mask: Plane
    """255 on the object, 0 elsewhere."""
    effect: Plane
    """255 on its shadow and reflections, 0 elsewhere."""
    alpha: Plane
    """Strength of the effect, 0..255."""
    crop: Box | None = None
    """What is left of the factual photo, in its whole upright pixels, because the counterfactual was aligned
    to it; None if both are as they were taken."""


ReadPair = Callable[[PairRecord], PairFiles]
"""Called from several threads."""


def sample_id(task: str, factual: str, counterfactual: str, mask: str) -> str:
    """Hex sha256 over the task and the sha256 of both photos and of the stored object mask."""
    return _digest(task, factual, counterfactual, mask)


def object_key(photographer: str, object_name: str | None) -> str | None:
    """Equal for what one photographer calls by one name, however it is spaced and capitalised."""
    name = " ".join((object_name or "").casefold().split())
    return _digest("object", photographer, name) if name else None


def check_files(record: PairRecord, files: PairFiles) -> None:
    """Refuse what no trainer could use.

    Raises:
        ExportError: A mask has another size than the photos or other values than it may, or shows no object.
    """
    sizes: set[tuple[int, ...] | None] = {
        each.shape[::-1] for each in (files.mask, files.effect, files.alpha)
    }
    sizes |= {picture_size(each.data) for each in (files.factual, files.counterfactual)}
    if len(sizes) > 1:
        wrong = "are not of the size of its photos"
    elif not all(np.isin(each, (0, 255)).all() for each in (files.mask, files.effect)):
        wrong = "have other values than 0 and 255"
    elif not files.mask.any():
        wrong = "show no object"
    else:
        return
    raise ExportError(
        f"The masks of pair {record.pair_id} {wrong}: "
        f"run `curate pairs check {record.pair_id}`, then export again."
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
