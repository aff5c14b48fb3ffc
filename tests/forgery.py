"""Change an exported manifest and seal it again, as a forger would."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from curate.exporters import manifest_file
from curate.exporters.layout import table_bytes

Rows = list[dict[str, Any]]


def reseal(folder: Path, **changes: object) -> None:
    """Rewrite manifest.json over what lies in the folder now."""
    fields = json.loads((folder / "manifest.json").read_bytes()) | changes
    del fields["content_hash"]
    fields["files"] = {
        path: hashlib.sha256((folder / path).read_bytes()).hexdigest()
        if (folder / path).is_file()
        else sha256
        for path, sha256 in fields["files"].items()
    }
    (folder / "manifest.json").write_bytes(manifest_file.sealed(fields).to_bytes())


def rewrite(folder: Path, split: str, change: Callable[[Rows], Rows]) -> None:
    """Pass the rows of a split through ``change`` and seal the result."""
    path = folder / split / "metadata.parquet"
    table = pq.read_table(path)
    rows = change(table.to_pylist())
    path.write_bytes(table_bytes(table.from_pylist(rows, schema=table.schema)))
    reseal(folder)
