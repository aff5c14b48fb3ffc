"""Columns of numbers into a table by COPY: some 2 s for a million rows, checks apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from curate.database.columns import ROWS, Columns
from curate.database.connection import driver_connection

# The binary form of COPY: signature, flags, extension; then of each row the number of its fields, and before
# each field its length.
_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_KINDS = ("i8", "i4", "f8", "S16")


def copy_columns(session: Session, table: str, columns: Columns) -> None:
    """Add rows to a table, in the transaction of the session.

    Args:
        session: In whose transaction is written.
        table: Name of a table.
        columns: An array per column, all of one length: int64 for bigint, int32 for integer, float64 for
            double precision and ``S16`` for uuid.

    Raises:
        ValueError: an array is of another kind or length.
    """
    length, layout = _checked(columns)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with driver_connection(session) as driver, driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEAD)
        for start in range(0, length, ROWS):
            part = {name: column[start : start + ROWS] for name, column in columns.items()}
            copy.write(_packed(part, layout))
        copy.write(_END)


def _checked(columns: Columns) -> tuple[int, np.dtype[Any]]:
    """How many rows there are, and how one looks."""
    kinds = {name: column.dtype.str[1:] for name, column in columns.items()}
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1 or not set(kinds.values()) <= set(_KINDS):
        raise ValueError(
            f"columns must be of one length and of {', '.join(_KINDS)}, not {kinds} of {lengths}"
        )
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} bytes", ">i4"), (name, f">{kind}")]
    return lengths.pop(), np.dtype(fields)


def _packed(columns: Mapping[str, NDArray[Any]], layout: np.dtype[Any]) -> bytes:
    rows = np.empty(len(next(iter(columns.values()))), layout)
    rows["fields"] = len(columns)
    for name, column in columns.items():
        rows[f"{name} bytes"] = layout[name].itemsize
        rows[name] = column
    return rows.tobytes()
