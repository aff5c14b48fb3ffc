"""Query results as columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from curate.database import approval_columns, columns
from curate.database.columns import read_columns
from curate.database.connection import engine
from curate.database.tables import Object
from stored_photos import store_objects


@pytest.fixture
def session(database_url) -> Iterator[Session]:
    connected = engine(database_url)
    with Session(connected) as opened:
        yield opened
    connected.dispose()


def test_objects_come_whole_in_portions_of_any_size(session, monkeypatch):
    stored = dict(store_objects(session, 7))
    monkeypatch.setattr(columns, "ROWS", 3)
    monkeypatch.setattr(approval_columns, "_ASKED", 4)
    found = approval_columns.objects(session, np.array([*stored]))
    ids = (each.ljust(16, b"\0") for each in found["public_id"].tolist())
    read = dict(zip(found["key"].tolist(), ids, strict=True))
    assert read == {key: public_id.bytes for key, public_id in stored.items()}


def test_every_kind_of_number_is_what_postgres_holds(session):
    n = func.generate_series(-2, 2).column_valued("n")
    rows = select(func.int8(n) * 2**40, n, n > 0, func.decode(literal("ab" * 32), "hex"))
    found = read_columns(session, rows, {"large": "i8", "small": "i4", "flag": "?", "bytes": "S32"})
    assert found["large"].tolist() == [n << 40 for n in range(-2, 3)]
    assert found["small"].tolist() == list(range(-2, 3))
    assert found["flag"].tolist() == [False, False, False, True, True]
    assert set(found["bytes"].tolist()) == {b"\xab" * 32}


def test_no_rows_are_empty_columns(session):
    found = approval_columns.objects(session, np.empty(0, np.int64))
    assert {name: len(column) for name, column in found.items()} == {"key": 0, "public_id": 0, "photo": 0}


@pytest.mark.parametrize("cell", [func.nullif(Object.id, Object.id), func.decode("abcd", "hex")])
def test_a_column_of_other_numbers_is_refused(session, cell):
    store_objects(session, 1)
    kind = "i8" if cell.name == "nullif" else "S32"
    with pytest.raises(ValueError, match="holds NULL or is of another size"):
        read_columns(session, select(Object.id, cell), {"key": "i8", "wrong": kind})
