"""Query results of any length as columns of numbers, in a few bytes per row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal, select, text
from sqlalchemy.orm import Session

Columns = Mapping[str, NDArray[Any]]

ROWS = 1 << 16
"""Rows that arrive together."""
_SEND: Mapping[str, Callable[[ColumnElement[Any]], ColumnElement[bytes]]] = {
    "i8": lambda column: func.int8send(column, type_=LargeBinary),
    "i4": lambda column: func.int4send(column, type_=LargeBinary),
    "f8": lambda column: func.float8send(column, type_=LargeBinary),
    "?": lambda column: func.boolsend(column, type_=LargeBinary),
    "S16": lambda column: func.uuid_send(column, type_=LargeBinary),
    "S32": lambda column: column,
}


def read_columns(session: Session, rows: Select[*tuple[Any, ...]], kinds: Mapping[str, str]) -> Columns:
    """One array per column of a query, in whatever order its rows come.

    Row by row a million facts take a minute, and a gigabyte as objects. So Postgres joins the bytes of many
    rows, in the form of its binary protocol, and those are an array of numbers already.

    Args:
        session: In whose transaction is read.
        rows: A query whose columns are of ``kinds``.
        kinds: numpy types by name in the query's order: ``i8`` for bigint, ``i4`` for integer, ``f8`` for
            double precision, ``?`` for boolean, ``S16`` for uuid and ``S32`` for bytea of 32 bytes.

    Raises:
        ValueError: A column holds NULL, or bytes of another length.
    """
    read = rows.subquery()
    cells = [_SEND[kind](column) for column, kind in zip(read.c, kinds.values(), strict=True)]
    joined = cells[0]
    for cell in cells[1:]:
        joined = joined.concat(cell)
    part = (func.row_number().over() - 1) // ROWS
    numbered = select(joined.label("bytes"), part.label("part")).subquery()
    together = func.string_agg(numbered.c.bytes, literal(b""), type_=LargeBinary)
    portions = select(func.count(), together).group_by(numbered.c.part)
    layout = np.dtype([(name, f">{kind}") for name, kind in kinds.items()])
    found = [np.empty(0, layout)]
    for count, data in session.execute(portions, execution_options={"yield_per": 1}):
        if len(data or b"") != count * layout.itemsize:
            raise ValueError(f"one of the columns {', '.join(kinds)} holds NULL or is of another size")
        found.append(np.frombuffer(data, layout))
    return {
        name: np.concatenate([each[name].astype(each.dtype[name].newbyteorder("=")) for each in found])
        for name in kinds
    }


@contextmanager
def whole_tables(session: Session) -> Iterator[None]:
    """Meanwhile Postgres reads tables from end to end instead of looking up row after row.

    Where several filters let nearly everything through it expects few rows, and takes twice as long.
    """
    session.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    session.execute(text("SET LOCAL enable_nestloop = on"))
