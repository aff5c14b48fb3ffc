"""Records of the ``insertion`` task on their way to disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import tee
from uuid import UUID

from curate.exporters.pixels import Decode, MediaFile
from curate.exporters.tasks.backgrounds import BACKGROUND, MASK, Background, ReadPng, background_values
from curate.exporters.tasks.subject_samples import ReadPhoto, subject_samples
from curate.exporters.tasks.task import Made, Picture, Sample
from curate.manifest_records import SubjectRecord

TASK = "insertion"
PROMPT = ("caption", "caption_source")
"""Columns of the task ``subject`` that an insertion model has no use for."""


@dataclass(frozen=True, slots=True)
class InsertionRecord:
    """A target with its references and its background."""

    views: SubjectRecord
    """With the decisions behind views and background."""
    background: Background


def sample_id(target: UUID | str, removal: UUID | str, references: Iterable[UUID | str]) -> str:
    """Hex sha256 over the task, the target's object id, the removal and the references' ids in order."""
    parts = [TASK, str(target), str(removal), *map(str, references)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def insertion_samples(
    records: Iterable[InsertionRecord], read_photo: ReadPhoto, read_png: ReadPng, decode: Decode
) -> Iterator[Sample]:
    """Samples of ``records`` in their order, for ``write_folder``; no picture is read yet.

    Args:
        records: Each sample once; no photo and no group in two splits.
        read_photo: Gives a photo's original bytes, which are checked against the sha256 on record.
        read_png: Gives outputs and masks.
        decode: Used for photos that may not leave as they are.
    """
    to_read, to_write = tee(records)
    views = subject_samples((each.views for each in to_read), read_photo, decode)
    return (_sample(record, sample, read_png) for record, sample in zip(to_write, views, strict=True))


def _sample(record: InsertionRecord, views: Sample, read_png: ReadPng) -> Sample:
    target, background = record.views.target, record.background
    references = [view.object_id for view in record.views.references]
    values = {
        **{name: value for name, value in views.values.items() if name not in PROMPT},
        "sample_id": sample_id(target.object_id, background.removal_id, references),
        **background_values(background),
    }
    make = partial(_made, background, read_png)
    made = {column: Picture(str(background.removal_id), column, make) for column in (BACKGROUND, MASK)}
    return replace(views, values=values, pictures={**views.pictures, **made})


def _made(background: Background, read_png: ReadPng) -> Made:
    return Made(
        {
            BACKGROUND: MediaFile(read_png(background.output_sha256), ".png"),
            MASK: MediaFile(read_png(background.mask_sha256), ".png"),
        }
    )
