"""Rows into Postgres in bulk, for workspaces that are drawn and not made by the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


def copy_rows(session: Session, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Bulk-insert by COPY; keys that are given are counted on from."""
    driver = session.connection().connection.driver_connection
    assert driver is not None
    names = columns.split()
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    if names[0] == "id":
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))


def signed(digits: str) -> int:
    """Hexadecimal digits as the signed number that Postgres stores."""
    return int.from_bytes(bytes.fromhex(digits), "big", signed=True)
