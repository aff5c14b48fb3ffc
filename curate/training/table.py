"""Rows of a split's table by their number, without loading the table."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.errors import VerificationError
from curate.exporters.manifest_file import AGAIN

KEPT_GROUPS = 8
"""Row groups kept decoded: 8 x 1000 insertion records are about 20 MB."""


class TableRows:
    """Some columns of a parquet file.

    A row costs the decoding of its row group unless that is one of the ``KEPT_GROUPS`` read last. Every
    process opens the file for itself: neither the open file nor decoded groups go along into a worker,
    however that is started.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Read where row groups begin; nothing stays open.

        Raises:
            VerificationError: It is no parquet file, or has no such columns.
        """
        self._path, self._columns = path, list(columns)
        self._opened: _Opened | None = None
        file = self._file().file
        missing = set(columns) - set(file.schema_arrow.names)
        if missing:
            raise VerificationError(f"{path} has no column {', '.join(sorted(missing))}: {AGAIN}")
        sizes = (file.metadata.row_group(group).num_rows for group in range(file.num_row_groups))
        self._ends = list(accumulate(sizes))
        self._opened = None

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, number: int) -> Mapping[str, Any]:
        """The row with a number in 0 .. len - 1."""
        group = bisect_right(self._ends, number)
        start = self._ends[group - 1] if group else 0
        found: Mapping[str, Any] = self.group(group).slice(number - start, 1).to_pylist()[0]
        return found

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_opened": None}

    @property
    def groups(self) -> int:
        """How many row groups there are."""
        return len(self._ends)

    def group(self, number: int) -> pa.Table:
        """The rows of a row group."""
        return self._file().group(number, self._columns)

    def _file(self) -> _Opened:
        if self._opened is None or self._opened.process != os.getpid():
            self._opened = _Opened(self._path)
        return self._opened


class _Opened:
    """A parquet file in the one process that opened it, and the row groups it read last."""

    def __init__(self, path: Path) -> None:
        self.process = os.getpid()
        self._path = path
        self._groups: OrderedDict[int, pa.Table] = OrderedDict()
        try:
            self.file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def group(self, number: int, columns: list[str]) -> pa.Table:
        if number in self._groups:
            self._groups.move_to_end(number)
            return self._groups[number]
        if len(self._groups) == KEPT_GROUPS:
            self._groups.popitem(last=False)
        try:  # without threads: those of Arrow do not survive a fork, and workers stand side by side anyway
            table = self.file.read_row_group(number, columns=columns, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error
        self._groups[number] = table
        return table

    def _damaged(self, error: Exception) -> VerificationError:
        return VerificationError(f"{self._path} is not a readable parquet file ({error}): {AGAIN}")
