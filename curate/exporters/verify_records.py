"""The rules that the rows of every manifest keep, and those of its task."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from curate.errors import VerificationError
from curate.exporters.contents import Contents
from curate.exporters.formats.format import Format
from curate.exporters.formats.registry import FORMATS
from curate.exporters.layout import BESIDES, RecordFolder, has_schema
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.media_files import THREADS
from curate.exporters.row_rules import pixel_faults
from curate.exporters.sealing import PICTURES, descriptions, spec_of
from curate.exporters.tasks.registry import TASKS
from curate.exporters.tasks.task import Row, Task, file_names

_COSINE = 1 + 1e-5
"""Largest cosine of vectors that are rounded to 32 bits."""
Sizes = Mapping[str, tuple[int, int]]
"""Width and height of every listed picture by its path from the manifest's folder."""


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """One row of a manifest."""

    split: str
    row: Row

    @property
    def sample_id(self) -> str:
        return str(self.row["sample_id"])

    @property
    def decision_ids(self) -> tuple[str, ...]:
        return tuple(self.row["decision_ids"])


def records_of(directory: Path, manifest: ManifestFile) -> Iterator[ListedRecord]:
    """The rows of all splits in their order."""
    records = RecordFolder(directory, canonical=FORMATS[manifest.format].canonical)
    for split in records.splits():
        yield from (ListedRecord(split, row) for row in records.rows(split))


def record_faults(
    directory: Path, manifest: ManifestFile, files: Mapping[str, str], sizes: Sizes, max_pixels: int
) -> Iterator[str]:
    """What is wrong with the content of a folder whose ``files`` (sha256 by path) all match their hashes."""
    task, layout = TASKS.get(manifest.task), FORMATS.get(manifest.format)
    if task is None or layout is None or not layout.holds(task.name):
        yield f"the task {manifest.task!r} in the format {manifest.format!r} is unknown"
        return
    records = RecordFolder(directory, canonical=layout.canonical, max_pixels=max_pixels)
    contents = Contents(task)
    found: list[str] = []
    for split in records.splits():
        pictures = sizes if layout.keeps_pictures else None
        checked = _Split(records, task, split, pictures, manifest.parameters)
        path = records.table_name(split)
        try:
            found += (f"{path} {fault}" for fault in checked.faults(contents))
        except (pa.ArrowException, OSError) as error:
            found.append(f"{path} is not a readable parquet file ({error})")
    yield from found
    yield from contents.leaks()
    if not found:  # nothing else can be held against rows that are wrong themselves
        yield from _other_files(records, contents, layout, task, files)
    yield from _sum_faults(manifest, contents, layout, task, len(files))
    if not found:
        yield from _description_faults(manifest, contents, layout, task, files)


def _other_files(
    records: RecordFolder, contents: Contents, layout: Format, task: Task, files: Mapping[str, str]
) -> Iterator[str]:
    """What is wrong with files that are neither rows nor pictures where rows say."""
    known = {*BESIDES, *map(records.table_name, records.splits())}
    if layout.keeps_pictures:
        known |= contents.pictures
        misnamed = (path for path in contents.pictures if not _is_hash(path, files[path]))
        yield from (f"{path} is not called by its hash" for path in sorted(misnamed))
    own = {path: sha256 for path, sha256 in files.items() if path not in known}
    yield from layout.faults(records, task, own)
    yield from (f"{path} is used by no record" for path in sorted(own))


def _sum_faults(
    manifest: ManifestFile, contents: Contents, layout: Format, task: Task, files: int
) -> Iterator[str]:
    """What manifest.json says otherwise than the records."""
    counted = contents.counts() | {"files": files}
    if counted != manifest.counts:
        yield f"manifest.json counts {manifest.counts} and the folder holds {counted}"
    if contents.licences() != manifest.licences:
        yield "manifest.json sums up other licences than the records state"
    if manifest.picture not in PICTURES:
        yield f"manifest.json calls its pictures {manifest.picture!r}"
    if manifest.masks != layout.masks(task):
        yield "manifest.json gives the masks another meaning than this schema version"


def _description_faults(
    manifest: ManifestFile, contents: Contents, layout: Format, task: Task, files: Mapping[str, str]
) -> Iterator[str]:
    """What dataset card and croissant.json say otherwise than manifest.json and the records."""
    if not contents.splits():
        yield "there are no records"
        return
    try:
        spec = spec_of(manifest)
    except VerificationError as error:
        yield str(error)
        return
    for name, data in descriptions(task, layout, spec, contents, files).items():
        if name not in files:
            yield f"{name} is missing"
        elif files[name] != hashlib.sha256(data).hexdigest():
            yield f"{name} does not say what manifest.json and the records say"


def _is_hash(path: str, sha256: str) -> bool:
    """Whether a picture is called as exports call one with this hash."""
    return path.partition("/")[2][:-4] == f"{sha256[:2]}/{sha256}"


@dataclass(frozen=True, slots=True)
class _Split:
    """One split's table and pictures."""

    records: RecordFolder
    task: Task
    name: str
    sizes: Sizes | None
    """None where the layout has pictures in files of its own."""
    parameters: Mapping[str, Any]

    def faults(self, contents: Contents) -> Iterator[str]:
        """Check the rows, note them in ``contents``, and look at the pixels of those that are sound."""
        if not has_schema(self.records.table(self.name), self.task.schema):
            yield "has other columns than this schema version"
            return
        previous = ""
        for rows in _portions(self.records.rows(self.name)):
            sound: list[Row] = []
            for row in rows:
                sample_id = row["sample_id"]
                if sample_id <= previous:
                    yield f"is not sorted by sample id at {sample_id}"
                previous = sample_id
                found = list(self._row_faults(row))
                yield from (f"has {sample_id}, which {fault}" for fault in found)
                contents.add(self.name, row)
                if not found:
                    sound.append(row)
            if self.sizes is not None:
                yield from self._pixel_faults(sound)

    def _row_faults(self, row: Row) -> Iterator[str]:
        yield from self.task.rule_faults(row, self.parameters)
        if not row["decision_ids"]:
            yield "rests on no decision"
        if not all(abs(each) <= _COSINE for each in row.get("similarities", ())):  # false for NaN
            yield "has similarities that are no cosines"
        if self.sizes is None:
            return
        sizes = {name: self.sizes.get(f"{self.name}/{name}") for name in file_names(row)}
        missing = [name for name, size in sizes.items() if size is None]
        yield from (f"points at {name}, which is not there" for name in missing)
        if not missing:
            yield from self.task.row_faults(row, lambda name: sizes[name] or (0, 0))

    def _pixel_faults(self, rows: Sequence[Row]) -> Iterator[str]:
        with ThreadPoolExecutor(THREADS) as pool:
            for row, faults in zip(rows, pool.map(self._look, rows), strict=True):
                yield from (f"has {row['sample_id']}, which {fault}" for fault in faults)

    def _look(self, row: Row) -> list[str]:
        return list(pixel_faults(self.task, row, partial(self.records.pixels, self.name)))


def _portions(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """A hundred at a time: as many wait for their pixels to be looked at."""
    while portion := list(islice(rows, 100)):
        yield portion
