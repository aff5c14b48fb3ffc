"""Types of columns as the hub's YAML and ``datasets`` name them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from curate.exporters.formats.format import Feature
from curate.exporters.tasks.task import Column


def feature(column: Column) -> Feature:
    """A column of a row as it stands in JSON."""
    kind, depth = column.kind, 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    told: Any = "string" if pa.types.is_timestamp(kind) else {"double": "float64"}.get(str(kind), str(kind))
    for _ in range(depth):
        told = {"sequence": told}  # newer releases say list, and know this word too
    return {"name": column.name, **(told if depth else {"dtype": told})}
