"""An exported folder whose rows may be read, without looking at its pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curate.errors import VerificationError
from curate.exporters.formats.format import Format
from curate.exporters.formats.registry import FORMATS
from curate.exporters.layout import RecordFolder
from curate.exporters.manifest_file import AGAIN, ManifestFile
from curate.exporters.splits import SPLITS
from curate.exporters.tasks.registry import TASKS
from curate.exporters.tasks.task import Task
from curate.exporters.verify import listed_files, read_manifest
from curate.exporters.verify_records import ListedRecord


@dataclass(frozen=True, slots=True)
class OpenManifest:
    """A manifest whose tables are what its own list of hashes says."""

    directory: Path
    manifest: ManifestFile
    task: Task
    layout: Format
    records: RecordFolder
    tables: Mapping[str, str]
    """sha256 of the table of each split that has records."""

    @property
    def called(self) -> str:
        """As its folder was called when it was written."""
        return f"{self.manifest.name}-{self.manifest.version}"

    def rows(self, split: str) -> Iterator[ListedRecord]:
        """The records of one split by sample id."""
        return (ListedRecord(split, row) for row in self.records.rows(split))

    def __iter__(self) -> Iterator[ListedRecord]:
        for split in self.tables:
            yield from self.rows(split)


def open_manifest(directory: Path) -> OpenManifest:
    """Check manifest.json, the list of hashes and the tables; pictures may be anything.

    Raises:
        VerificationError: One of them is missing or was changed, or this program does not know the kind.
    """
    manifest = read_manifest(directory)
    task, layout = TASKS.get(manifest.task), FORMATS.get(manifest.format)
    if task is None or layout is None or not layout.holds(task.name):
        raise VerificationError(
            f"{directory} holds the task {manifest.task!r} in the format {manifest.format!r}, which this "
            "program does not know: read it with the release of recurate that wrote it."
        )
    records = RecordFolder(directory, canonical=layout.canonical)
    files = listed_files(directory, manifest)
    names = {split: records.table_name(split) for split in SPLITS}
    listed = {split: files[name] for split, name in names.items() if name in files}
    for split in {*listed, *records.splits()}:
        _check(records.table(split), listed.get(split), task)
    return OpenManifest(directory, manifest, task, layout, records, listed)


def _check(path: Path, sha256: str | None, task: Task) -> None:
    try:
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        known = same and pq.read_schema(path).equals(task.schema)
    except (pa.ArrowException, OSError) as error:
        raise VerificationError(f"{path} cannot be read ({error}): {AGAIN}") from error
    if not known:
        raise VerificationError(
            f"{path} {'has other columns than its task' if same else 'was changed'}: {AGAIN}"
        )
