"""Connections that fail or break, in words."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from curate.database.connection import engine, session_scope
from curate.errors import DatabaseError


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgres_url_is_accepted(database_url: str, scheme: str) -> None:
    url = database_url.replace("postgresql+psycopg", scheme)
    with session_scope(engine(url)) as session:
        assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "hunter2", "postgresql://u:hunter2@h:port/d", ""])
def test_another_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseError, match="not one of Postgres: set CURATE_DATABASE_URL") as caught:
        engine(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@localhost:1/d",
        "postgresql://u:hunter2@nowhere.invalid/d",
        "postgresql://u:hunter2@/d?host=/nowhere",
    ],
)
def test_an_unreachable_server_is_one_sentence_without_the_password(url: str) -> None:
    with (
        pytest.raises(DatabaseError, match="cannot be used") as caught,
        session_scope(engine(url)) as session,
    ):
        session.execute(text("SELECT 1"))
    assert "hunter2" not in str(caught.value)


def test_a_role_or_database_that_is_not_there_is_named(database_url: str) -> None:
    for changed in (
        make_url(database_url).set(username="stranger"),
        make_url(database_url).set(database="stranger"),
    ):
        with pytest.raises(DatabaseError, match='"stranger" does not exist'):
            engine(changed.render_as_string(hide_password=False)).connect()


def test_a_transaction_is_kept_whole_or_not_at_all(empty_database_url: str) -> None:
    made = engine(empty_database_url)
    with session_scope(made) as session:
        session.execute(text("CREATE TABLE kept (id int PRIMARY KEY)"))
    statement = text("INSERT INTO kept VALUES (1)")

    def insert_twice() -> None:
        with session_scope(made) as session:
            session.execute(statement)
            session.execute(statement)

    with pytest.raises(IntegrityError):
        insert_twice()
    with session_scope(made) as session:
        assert session.scalar(text("SELECT count(*) FROM kept")) == 0
    made.dispose()


def end(session: Session, backend: object) -> None:
    session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def test_postgres_gone_in_the_middle_says_that_nothing_is_lost(database_url: str) -> None:
    made, other = engine(database_url), engine(database_url)

    def lose_the_server() -> None:
        with session_scope(made) as session:
            backend = session.scalar(text("SELECT pg_backend_pid()"))
            with session_scope(other) as killer:
                end(killer, backend)
            session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseError, match="nothing that was reported as done is lost; run the same"):
        lose_the_server()
    with session_scope(made) as session:
        assert session.scalar(text("SELECT 1")) == 1
    made.dispose()
    other.dispose()


def test_a_pooled_connection_that_died_meanwhile_is_replaced(database_url: str) -> None:
    made, other = engine(database_url), engine(database_url)
    with session_scope(made) as session:
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    with session_scope(other) as killer:
        end(killer, backend)
    with session_scope(made) as session:
        assert session.scalar(text("SELECT 1")) == 1
    made.dispose()
    other.dispose()
