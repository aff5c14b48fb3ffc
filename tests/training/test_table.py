"""Rows by their number."""

from __future__ import annotations

import pickle

import pyarrow as pa
import pytest

from curate.errors import VerificationError
from curate.exporters.layout import ROWS_PER_GROUP, table_writer
from curate.training.table import KEPT_GROUPS, TableRows

ROWS = 50_000


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """50 row groups, with one column that is not asked for and large."""
    path = tmp_path_factory.mktemp("table") / "metadata.parquet"
    names = [f"{number:064}" for number in range(ROWS)]
    columns = {"sample_id": names, "file_names": [[name, name] for name in names], "more": names}
    whole = pa.table(columns)
    with table_writer(path, whole.schema) as writer:
        writer.write_table(whole, row_group_size=ROWS_PER_GROUP)
    return path


def test_every_row_is_found_and_memory_stays_flat(table):
    rows = TableRows(table, ("sample_id", "file_names"))
    assert len(rows) == ROWS
    before = pa.total_allocated_bytes()
    one_group = rows.group(0).nbytes
    for number in [*range(0, ROWS, 611), ROWS - 1, 999, 1000]:
        row = rows[number]
        assert row == {"sample_id": f"{number:064}", "file_names": [f"{number:064}"] * 2}
        assert pa.total_allocated_bytes() - before < (KEPT_GROUPS + 2) * 2 * one_group


def test_neither_an_open_file_nor_decoded_rows_go_along_to_another_process(table):
    rows = TableRows(table, ("sample_id",))
    rows[0]
    state = pickle.dumps(rows)
    assert len(state) < 2000
    assert pickle.loads(state)[ROWS - 1]["sample_id"] == f"{ROWS - 1:064}"


def test_a_table_without_the_columns_is_refused(table):
    with pytest.raises(VerificationError, match=r"metadata.parquet has no column box: get an untouched copy"):
        TableRows(table, ("sample_id", "box"))
