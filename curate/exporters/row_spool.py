"""Put any number of rows into the order of their ids, in little memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.errors import ExportError
from curate.exporters.layout import ROWS_PER_GROUP, table_writer
from curate.exporters.tasks.task import Row, Task

_DIGITS = 2
"""Ids are hashes, so their first two digits deal rows out evenly: of a million 4,000 to a part."""
_ROWS, _TABLES = 1_000, 40
"""Rows that wait to become a table (some 5 kB each), and tables that wait to be written together (1 MB each):
every write to a part costs a millisecond, however few rows it has."""


class RowSpool:
    """Rows of all splits on their way to one sorted table per split.

    Args:
        task: Gives the columns.
        folder: An empty folder for parts, outside of what is exported.
        key: The column to sort by, which holds lower-case hexadecimal digits.
    """

    def __init__(self, task: Task, folder: Path, key: str = "sample_id") -> None:
        self._schema = task.schema
        self._key = key
        self._folder = folder
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._tables: dict[str, list[pa.Table]] = defaultdict(list)

    def add(self, split: str, row: Row) -> None:
        rows = self._rows[split]
        rows.append(row)
        if len(rows) >= _ROWS:
            self._pack(split)
            if len(self._tables[split]) >= _TABLES:
                self._spill(split)

    def write(self, split: str, path: Path) -> None:
        """Write the sorted table of ``split``, which must have rows.

        Raises:
            ExportError: Two rows have one id.
        """
        self._pack(split)
        self._spill(split)
        with table_writer(path, self._schema) as writer:
            rest = self._schema.empty_table()
            for part in sorted((self._folder / split).iterdir()):
                rest = pa.concat_tables([rest, _sorted(part, self._key)])
                whole = len(rest) // ROWS_PER_GROUP * ROWS_PER_GROUP
                if whole:
                    writer.write_table(rest.slice(0, whole), row_group_size=ROWS_PER_GROUP)
                    rest = rest.slice(whole).combine_chunks()
                part.unlink()
            if len(rest):
                writer.write_table(rest)

    def _pack(self, split: str) -> None:
        if rows := self._rows.pop(split, []):
            self._tables[split].append(pa.Table.from_pylist(rows, schema=self._schema))

    def _spill(self, split: str) -> None:
        """Append the tables that wait to the parts of their split."""
        tables = self._tables.pop(split, [])
        if not tables:
            return
        (self._folder / split).mkdir(exist_ok=True)
        table = pa.concat_tables(tables).sort_by(self._key)
        digits = pc.utf8_slice_codeunits(table[self._key], 0, _DIGITS).to_numpy()
        starts = [0, *(np.flatnonzero(digits[1:] != digits[:-1]) + 1).tolist(), len(digits)]
        for start, end in pairwise(starts):
            part = self._folder / split / digits[start]
            with part.open("ab") as file, pa.ipc.new_stream(file, self._schema) as sink:
                sink.write_table(table.slice(start, end - start))


def _sorted(part: Path, key: str) -> pa.Table:
    table = pa.concat_tables(_streams(part)).sort_by(key)
    ids = table[key].to_numpy()
    if (ids[1:] == ids[:-1]).any():
        raise ExportError("A sample comes twice: run `curate doctor`, then export again.")
    return table


def _streams(part: Path) -> Iterator[pa.Table]:
    """A part is one stream of record batches after another."""
    with pa.OSFile(str(part)) as file:
        while file.tell() < file.size():
            yield pa.ipc.open_stream(file).read_all()
