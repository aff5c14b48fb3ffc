"""Query results as columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import MetaData, Table, func, literal, select, text
from sqlalchemy.orm import Session

from curate.database import approval_columns, columns, copied_columns
from curate.database.columns import read_columns
from curate.database.connection import engine
from curate.database.copied_columns import copy_columns
from curate.database.tables import Object
from curate.errors import DatabaseError
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
    rows = select(func.int8(n) * 2**40, n, func.float8(n) / 3, n > 0, func.decode(literal("ab" * 32), "hex"))
    kinds = {"large": "i8", "small": "i4", "third": "f8", "flag": "?", "bytes": "S32"}
    found = read_columns(session, rows, kinds)
    assert found["large"].tolist() == [n << 40 for n in range(-2, 3)]
    assert found["small"].tolist() == list(range(-2, 3))
    assert found["third"].tolist() == [n / 3 for n in range(-2, 3)]
    assert found["flag"].tolist() == [False, False, False, True, True]
    assert set(found["bytes"].tolist()) == {b"\xab" * 32}


def test_what_is_copied_is_what_is_read(session, monkeypatch):
    monkeypatch.setattr(copied_columns, "ROWS", 2)
    session.execute(text("CREATE TEMPORARY TABLE kept (large bigint, small int, third float8, id uuid)"))
    limits = np.iinfo(np.int64), np.iinfo(np.int32)
    given = {
        "large": np.array([limits[0].min, -1, 0, 1, limits[0].max]),
        "small": np.array([limits[1].min, -1, 0, 1, limits[1].max], np.int32),
        "third": np.array([-1 / 3, 1 / 3, 5e-324, 1.7e308, np.inf]),
        "id": np.array([bytes([n]) + bytes(15) for n in range(5)], "S16"),
    }
    copy_columns(session, "kept", given)
    kinds = {"large": "i8", "small": "i4", "third": "f8", "id": "S16"}
    kept = Table("kept", MetaData(), autoload_with=session.connection())
    found = read_columns(session, select(kept), kinds)
    assert {name: column.tolist() for name, column in found.items()} == {
        name: column.tolist() for name, column in given.items()
    }


@pytest.mark.parametrize("other", [np.zeros(3), np.zeros(2, np.float32)])
def test_columns_that_do_not_fit_are_not_copied(session, other):
    with pytest.raises(ValueError, match="of one length and of i8, i4, f8, S16"):
        copy_columns(session, "edges", {"run_id": np.zeros(2, np.int64), "similarity": other})


def test_a_connection_that_breaks_while_rows_are_copied_is_a_sentence(session, database_url):
    backend = session.scalar(text("SELECT pg_backend_pid()"))
    other = engine(database_url)
    with Session(other) as ending:
        ending.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": backend})
    other.dispose()
    with pytest.raises(DatabaseError, match=r"connection to Postgres broke .* run the same command again"):
        copy_columns(session, "edges", {"run_id": np.zeros(2, np.int64)})
    session.invalidate()


def test_no_rows_are_empty_columns(session):
    found = approval_columns.objects(session, np.empty(0, np.int64))
    assert {name: len(column) for name, column in found.items()} == {"key": 0, "public_id": 0, "photo": 0}


@pytest.mark.parametrize("cell", [func.nullif(Object.id, Object.id), func.decode("abcd", "hex")])
def test_a_column_of_other_numbers_is_refused(session, cell):
    store_objects(session, 1)
    kind = "i8" if cell.name == "nullif" else "S32"
    with pytest.raises(ValueError, match="holds NULL or is of another size"):
        read_columns(session, select(Object.id, cell), {"key": "i8", "wrong": kind})
