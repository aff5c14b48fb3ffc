"""Records of the ``insertion-bootstrap`` task on their way to disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from uuid import UUID

from curate.errors import ExportError
from curate.exporters.pixels import QUICK, Decode, MediaFile, decoded, exported_photo, naming, pasted, png
from curate.exporters.tasks.backgrounds import (
    BACKGROUND,
    MASK,
    TARGET,
    Background,
    ReadPng,
    background_values,
)
from curate.exporters.tasks.bootstrap_rules import BootstrapNumbers
from curate.exporters.tasks.subject_samples import ReadPhoto, original_bytes
from curate.exporters.tasks.task import Made, Picture, Sample
from curate.manifest_records import SubjectView

TASK = "insertion-bootstrap"
INPUT = "input_file_name"


@dataclass(frozen=True, slots=True)
class BootstrapRecord:
    """An object in its photo, with an accepted removal that keeps all rules."""

    target: SubjectView
    background: Background
    numbers: BootstrapNumbers
    measured_by: str
    """Fingerprint of the measures behind ``numbers.effect_share``."""
    split: str
    decision_ids: tuple[str, ...]
    """Public ids of the decisions that accept the removal, sorted."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where pixels come from; called from several threads."""

    read_photo: ReadPhoto
    read_png: ReadPng
    decode: Decode
    max_pixels: int

    def made(self, record: BootstrapRecord) -> Made:
        """y is computed from what a reader of the exported target gets, so that it is exact."""
        target, background = record.target, record.background
        removal = background.removal_id
        undo = f"take back the decisions on removal {removal} with `curate decide undo {removal}`"
        data = original_bytes(target, self.read_photo, undo)
        with naming(target.uri or target.photo_sha256):
            photo = exported_photo(data, self.decode)
        output, mask = (
            MediaFile(self.read_png(sha256), ".png")
            for sha256 in (background.output_sha256, background.mask_sha256)
        )
        x, z, inside = (decoded(each.data, self.max_pixels) for each in (photo, output, mask))
        if not x.shape == z.shape == (*inside.shape, 3):
            raise ExportError(
                f"Output or mask of removal {removal} is not of its photo's size: run `curate doctor`."
            )
        y = png(pasted(x, z, inside), QUICK)
        return Made({INPUT: y, MASK: mask, TARGET: photo, BACKGROUND: output})


def sample_id(target: UUID | str, removal: UUID | str) -> str:
    """Hex sha256 over the task, the target's object id and the removal."""
    return hashlib.sha256("\n".join((TASK, str(target), str(removal))).encode()).hexdigest()


def bootstrap_samples(
    records: Iterable[BootstrapRecord],
    read_photo: ReadPhoto,
    read_png: ReadPng,
    decode: Decode,
    max_pixels: int,
) -> Iterator[Sample]:
    """Samples of ``records`` in their order, for ``write_folder``; no picture is read yet.

    Args:
        records: Each removal once.
        read_photo: Gives a photo's original bytes, which are checked against the sha256 on record.
        read_png: Gives outputs and masks.
        decode: Used for photos that may not leave as they are.
        max_pixels: Larger pictures are refused.
    """
    source = _Source(read_photo, read_png, decode, max_pixels)
    return (_sample(record, source) for record in records)


def _sample(record: BootstrapRecord, source: _Source) -> Sample:
    target, background = record.target, record.background
    values = {
        "sample_id": sample_id(target.object_id, background.removal_id),
        "object_id": str(target.object_id),
        "label": target.label,
        "box": [target.box.x, target.box.y, target.box.width, target.box.height],
        "score": target.score,
        "source_sha256": target.photo_sha256,
        "licence": target.licence,
        "consent": target.consent,
        "source": target.source,
        **background_values(background),
        **asdict(record.numbers),
        "measured_by": record.measured_by,
        "decision_ids": list(record.decision_ids),
    }
    make = partial(source.made, record)
    key = str(background.removal_id)
    pictures = {column: Picture(key, column, make) for column in (INPUT, MASK, TARGET, BACKGROUND)}
    return Sample(record.split, values, pictures)
