"""The canonical layout: a table beside the pictures of each split."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from curate.exporters.task import Row, Task

README = "README.md"
TABLE = "metadata.parquet"


def sorted_table(task: Task, rows: Iterable[Row]) -> pa.Table:
    """The rows of one split by sample id."""
    ordered = sorted(rows, key=lambda row: str(row["sample_id"]))
    return pa.Table.from_pylist(ordered, schema=task.schema)


def table_bytes(table: pa.Table) -> bytes:
    """The parquet file of a split. Every setting is fixed, so that equal tables are equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        data_page_version="1.0",
        row_group_size=1000,  # a reader of a few rows decodes one group, not the split
    )
    return bytes(sink.getvalue().to_pybytes())
