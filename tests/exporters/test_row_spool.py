"""Rows come out sorted, whatever number there is of them and however small the memory."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import ExportError
from curate.exporters import row_spool
from curate.exporters.row_spool import RowSpool
from curate.exporters.tasks.subject import SUBJECT
from curate.exporters.tasks.task import Column

TASK = replace(SUBJECT, columns=(Column("sample_id", pa.string(), ""), Column("number", pa.int64(), "")))


def rows_of(count):
    return [{"sample_id": hashlib.sha256(bytes([n])).hexdigest(), "number": n} for n in range(count)]


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 60), rows=st.integers(1, 7), tables=st.integers(1, 4), group=st.integers(1, 9))
def test_rows_are_sorted_into_groups_of_one_size(tmp_path_factory, count, rows, tables, group):
    folder = tmp_path_factory.mktemp("spool")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_spool, "_ROWS", rows)
        patch.setattr(row_spool, "_TABLES", tables)
        patch.setattr(row_spool, "ROWS_PER_GROUP", group)
        spool = RowSpool(TASK, folder)
        for row in rows_of(count):
            spool.add("train", row)
        spool.write("train", folder / "table.parquet")
    assert pq.read_table(folder / "table.parquet").to_pylist() == sorted(
        rows_of(count), key=lambda row: row["sample_id"]
    )
    file = pq.ParquetFile(folder / "table.parquet")
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes[:-1] == [group] * (len(sizes) - 1)


def test_a_sample_that_comes_twice_is_refused(tmp_path):
    spool = RowSpool(TASK, tmp_path)
    for row in [*rows_of(5), rows_of(3)[2]]:
        spool.add("train", row)
    with pytest.raises(ExportError, match="A sample comes twice"):
        spool.write("train", tmp_path / "table.parquet")
