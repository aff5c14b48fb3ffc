"""The rules that the rows of every manifest keep, and those of its task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.errors import PhotoError
from curate.exporters.contents import Contents
from curate.exporters.layout import README, TABLE
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.media_files import THREADS
from curate.exporters.pixels import decoded
from curate.exporters.splits import SPLITS
from curate.exporters.task import Row, Task, file_names
from curate.exporters.tasks import TASKS

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


def records_of(directory: Path) -> Iterator[ListedRecord]:
    """The rows of all splits in their order."""
    for split in SPLITS:
        if (directory / split / TABLE).is_file():
            yield from (ListedRecord(split, row) for row in _rows(directory / split / TABLE))


def record_faults(directory: Path, manifest: ManifestFile, sizes: Sizes, max_pixels: int) -> Iterator[str]:
    """What is wrong with the content of a folder whose files all match their hashes."""
    task = TASKS.get(manifest.task)
    if task is None:
        yield f"the task {manifest.task!r} is unknown"
        return
    contents = Contents(task)
    known = {README}
    for split in SPLITS:
        path = f"{split}/{TABLE}"
        if path in manifest.files:
            known.add(path)
            checked = _Split(directory / split, task, split, sizes, max_pixels, manifest.parameters)
            try:
                yield from (f"{path} {fault}" for fault in checked.faults(contents))
            except (pa.ArrowException, OSError) as error:
                yield f"{path} is not a readable parquet file ({error})"
    yield from contents.leaks()
    unused = manifest.files.keys() - known - contents.pictures
    yield from (f"{path} is used by no record" for path in sorted(unused))
    counted = contents.counts() | {"files": len(manifest.files)}
    if counted != manifest.counts:
        yield f"manifest.json counts {manifest.counts} and the folder holds {counted}"
    if contents.licences() != manifest.licences:
        yield "manifest.json sums up other licences than the records state"
    if manifest.masks != task.masks:
        yield "manifest.json gives the masks another meaning than this schema version"


@dataclass(frozen=True, slots=True)
class _Split:
    """One split's table and pictures."""

    folder: Path
    task: Task
    name: str
    sizes: Sizes
    max_pixels: int
    parameters: Mapping[str, Any]

    def faults(self, contents: Contents) -> Iterator[str]:
        """Check the rows, note them in ``contents``, and look at the pixels of those that are sound."""
        if not pq.read_schema(self.folder / TABLE).equals(self.task.schema):
            yield "has other columns than this schema version"
            return
        sound: list[Row] = []
        previous = ""
        for row in _rows(self.folder / TABLE):
            sample_id = row["sample_id"]
            if sample_id <= previous:
                yield f"is not sorted by sample id at {sample_id}"
            previous = sample_id
            found = list(self._row_faults(row))
            yield from (f"has {sample_id}, which {fault}" for fault in found)
            contents.add(self.name, row)
            if not found:
                sound.append(row)
        yield from self._pixel_faults(sound)

    def _row_faults(self, row: Row) -> Iterator[str]:
        missing = [name for name in file_names(row) if f"{self.name}/{name}" not in self.sizes]
        yield from (f"points at {name}, which is not there" for name in missing)
        if not missing:
            yield from self.task.row_faults(row, lambda name: self.sizes[f"{self.name}/{name}"])
            yield from self.task.rule_faults(row, self.parameters)

    def _pixel_faults(self, rows: Sequence[Row]) -> Iterator[str]:
        with ThreadPoolExecutor(THREADS) as pool:
            for row, faults in zip(rows, pool.map(self._look, rows), strict=True):
                yield from (f"has {row['sample_id']}, which {fault}" for fault in faults)

    def _look(self, row: Row) -> list[str]:
        pixels = cache(self._pixels)  # rules may ask for a picture more than once
        try:
            return list(self.task.pixel_faults(row, pixels))
        except PhotoError as error:
            return [f"has a picture that cannot be decoded ({str(error).rstrip('.')})"]

    def _pixels(self, name: str) -> NDArray[np.uint8]:
        return decoded((self.folder / name).read_bytes(), self.max_pixels)


def _rows(table: Path) -> Iterator[Row]:
    with pq.ParquetFile(table) as file:
        for batch in file.iter_batches():
            yield from batch.to_pylist()
