"""Change an exported manifest and seal it again, as a forger would."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.exporters import manifest_file, sums
from curate.exporters.contents import Contents
from curate.exporters.formats.registry import FORMATS
from curate.exporters.layout import ROWS_PER_GROUP, RecordFolder, table_writer
from curate.exporters.sealing import descriptions, spec_of
from curate.exporters.tasks.registry import TASKS

Rows = list[dict[str, Any]]


def listed_files(folder: Path) -> dict[str, str]:
    """sha256 by path, as SHA256SUMS says."""
    return sums.parsed((folder / sums.NAME).read_bytes(), "")


def reseal(folder: Path, files: dict[str, str] | None = None, **changes: object) -> None:
    """Rewrite SHA256SUMS, over ``files`` or those it lists, and manifest.json, as all lies there now."""
    fields = json.loads((folder / "manifest.json").read_bytes()) | changes
    del fields["content_hash"]
    listed = files if files is not None else listed_files(folder)
    found = {
        path: hashlib.sha256((folder / path).read_bytes()).hexdigest()
        if (folder / path).is_file()
        else sha256
        for path, sha256 in listed.items()
    }
    data = sums.sums_bytes(found)
    (folder / sums.NAME).write_bytes(data)
    fields["sums"] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_bytes(manifest_file.sealed(fields).to_bytes())


def rewrite(folder: Path, split: str, change: Callable[[Rows], Rows]) -> None:
    """Pass the rows of a split through ``change`` and seal the result."""
    path = folder / split / "metadata.parquet"
    table = pq.read_table(path)
    rows = change(table.to_pylist())
    write_table(path, table.from_pylist(rows, schema=table.schema))
    reseal(folder)


def describe(folder: Path) -> None:
    """Write dataset card and croissant.json of a canonical folder as its rows want them, and seal again."""
    manifest = manifest_file.parsed((folder / "manifest.json").read_bytes())
    task, records = TASKS[manifest.task], RecordFolder(folder)
    contents = Contents(task)
    for split in records.splits():
        for row in records.rows(split):
            contents.add(split, row)
    layout = FORMATS[manifest.format]
    for name, data in descriptions(task, layout, spec_of(manifest), contents, listed_files(folder)).items():
        (folder / name).write_bytes(data)
    reseal(folder)


def write_table(path: Path, table: pa.Table) -> None:
    """Write it as an export would."""
    with table_writer(path, table.schema) as writer:
        writer.write_table(table, row_group_size=ROWS_PER_GROUP)
