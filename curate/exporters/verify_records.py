"""The rules that the rows of a subject manifest keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.exporters.layout import README, SCHEMA, TABLE
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.sides import Sides
from curate.exporters.splits import SPLITS
from curate.exporters.subject_records import TASK, sample_id

# Boxes are floats and borders whole numbers: what a detector clips may miss by a rounding error.
_TOLERANCE = 0.01
_PER_REFERENCE = (
    "reference_boxes",
    "reference_object_ids",
    "reference_source_sha256",
    "reference_licences",
    "reference_consents",
    "reference_sources",
    "similarities",
)


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """One row of a manifest, as far as a database can be asked about it."""

    sample_id: str
    split: str
    group_id: str
    object_ids: tuple[str, ...]
    """Target first, then the references."""
    photos: tuple[str, ...]
    """sha256 of the original files, in the same order."""
    decision_ids: tuple[str, ...]


def read_records(directory: Path, split: str) -> Iterator[tuple[ListedRecord, dict[str, Any]]]:
    """The rows of one split in their order, as a record and by column."""
    with pq.ParquetFile(directory / split / TABLE) as table:
        for batch in table.iter_batches():
            for row in batch.to_pylist():
                yield _listed(row, split), row


def record_faults(
    directory: Path, manifest: ManifestFile, sizes: Mapping[str, tuple[int, int]]
) -> Iterator[str]:
    """What is wrong with the content of a folder whose files all match their hashes.

    Args:
        directory: The manifest's folder.
        manifest: Its manifest.json.
        sizes: Width and height of every listed picture.
    """
    if manifest.task != TASK:
        yield f"the task {manifest.task!r} is unknown"
        return
    content = _Content()
    for split in SPLITS:
        path = f"{split}/{TABLE}"
        if path in manifest.files:
            content.used.add(path)
            try:
                faults = _split_faults(directory, split, sizes, content)
                yield from (f"{path} {fault}" for fault in faults)
            except (pa.ArrowException, OSError) as error:
                yield f"{path} is not a readable parquet file ({error})"
    yield from content.sides.crossing()
    yield from (f"{path} is used by no record" for path in sorted(manifest.files.keys() - content.used))
    counted = content.counted() | {"files": len(manifest.files)}
    if counted != manifest.counts:
        yield f"manifest.json counts {manifest.counts} and the folder holds {counted}"
    if dict(Counter(content.licences.values())) != manifest.licences:
        yield "manifest.json sums up other licences than the records state"


@dataclass
class _Content:
    """What the rows of all splits hold together."""

    sides: Sides = field(default_factory=Sides)
    used: set[str] = field(default_factory=lambda: {README})
    records: Counter[str] = field(default_factory=Counter)
    groups: set[str] = field(default_factory=set)
    licences: dict[str, str] = field(default_factory=dict)

    def add(self, record: ListedRecord, row: dict[str, Any]) -> None:
        self.sides.add(record.split, record.group_id, record.photos)
        self.used |= {f"{record.split}/{name}" for name in _file_names(row)}
        self.records[record.split] += 1
        self.groups.add(record.group_id)
        stated = [row["licence"], *row["reference_licences"]]
        self.licences |= {
            photo: licence or "unknown" for photo, licence in zip(record.photos, stated, strict=True)
        }

    def counted(self) -> dict[str, int]:
        return {**self.records, "groups": len(self.groups), "photos": len(self.licences)}


def _split_faults(
    directory: Path, split: str, sizes: Mapping[str, tuple[int, int]], content: _Content
) -> Iterator[str]:
    """Check the rows of one split and add the sound ones to ``content``."""
    if not pq.read_schema(directory / split / TABLE).equals(SCHEMA):
        yield "has other columns than this schema version"
        return
    previous = ""
    for record, row in read_records(directory, split):
        if record.sample_id <= previous:
            yield f"is not sorted by sample id at {record.sample_id}"
        previous = record.sample_id
        references = len(row["reference_file_names"])
        if not references or any(len(row[column]) != references for column in _PER_REFERENCE):
            yield f"has columns of different length for the references of {record.sample_id}"
            continue
        yield from (f"has {record.sample_id}, which {fault}" for fault in _row_faults(record, row, sizes))
        content.add(record, row)


def _row_faults(
    record: ListedRecord, row: dict[str, Any], sizes: Mapping[str, tuple[int, int]]
) -> Iterator[str]:
    if record.sample_id != sample_id(record.object_ids[0], record.object_ids[1:]):
        yield "has an id that does not follow from its objects"
    if len(set(record.photos)) != len(record.photos):
        yield "uses a photo twice"
    for name, box in zip(_file_names(row), [row["box"], *row["reference_boxes"]], strict=True):
        size = sizes.get(f"{record.split}/{name}")
        if size is None:
            yield f"points at {name}, which is not there"
        elif not _inside(box, size):
            yield f"has a box outside of {name}"


def _inside(box: list[float], size: tuple[int, int]) -> bool:
    if len(box) != 4:
        return False
    x, y, width, height = box
    fits = x + width <= size[0] + _TOLERANCE and y + height <= size[1] + _TOLERANCE
    return fits and x >= -_TOLERANCE and y >= -_TOLERANCE and width > 0 and height > 0


def _file_names(row: dict[str, Any]) -> list[str]:
    return [row["target_file_name"], *row["reference_file_names"]]


def _listed(row: dict[str, Any], split: str) -> ListedRecord:
    return ListedRecord(
        sample_id=row["sample_id"],
        split=split,
        group_id=row["group_id"],
        object_ids=(row["object_id"], *row["reference_object_ids"]),
        photos=(row["source_sha256"], *row["reference_source_sha256"]),
        decision_ids=tuple(row["decision_ids"]),
    )
