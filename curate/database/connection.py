"""Engines, short transactions, and database errors in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from curate.errors import DatabaseError

OLDEST_SERVER = 15
SCHEMES = ("postgres", "postgresql", "postgresql+psycopg")
POOL_SIZE = 20
POOL_OVERFLOW = 30  # 50 in all: the review app answers on 40 threads at most, and runs its scripts on others
CONNECT_TIMEOUT = 10  # seconds, for a host that does not even refuse
RECOVERY_LIMIT = 120.0  # seconds to wait for a server that says it is starting up or recovering
INSUFFICIENT_RESOURCES = "53"  # SQLSTATE class: disk full, out of memory, too many connections
UNHARMED = "nothing that was reported as done is lost; run the same command again"


def engine(url: str) -> Engine:
    """An engine for a Postgres server, nothing connected yet.

    Its errors are sentences: whatever way a connection fails or breaks, callers see ``DatabaseError``.
    A server that is starting up or recovering is waited for.

    Args:
        url: ``postgresql://user:password@host/database`` or the same with ``postgres`` or
            ``postgresql+psycopg``.

    Raises:
        DatabaseError: The URL is not one of Postgres. The password is never part of the message.
    """
    parsed = _parse(url)
    # a pooled connection may have died with a server restart: one round trip tells
    made = create_engine(
        parsed,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        connect_args={"connect_timeout": CONNECT_TIMEOUT, "application_name": "recurate"},
    )
    event.listen(made, "do_connect", _connect_when_ready)
    event.listen(made, "connect", _check_version)
    event.listen(made, "handle_error", _explain)
    return made


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """One short transaction: committed at the end, rolled back if anything is raised."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def driver_connection(session: Session) -> Iterator[psycopg.Connection[Any]]:
    """What the session's transaction runs on, for COPY, which SQLAlchemy has no words for.

    Errors are sentences here as elsewhere.
    """
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        yield driver
    except psycopg.Error as error:
        told = _in_words(error, _reason(error), broken=driver.closed)
        if told is None:
            raise
        raise told from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        parsed = None
    if parsed is None or parsed.drivername not in SCHEMES:
        raise DatabaseError(
            "The database URL is not one of Postgres: "
            "set CURATE_DATABASE_URL to postgresql://user:password@host:5432/database."
        ) from None
    return parsed.set(drivername="postgresql+psycopg")


def _connect_when_ready(
    dialect: Dialect, _record: object, args: tuple[Any, ...], params: dict[str, Any]
) -> psycopg.Connection[Any]:
    begin = time.monotonic()
    while True:
        try:
            return psycopg.connect(*args, **params)
        except psycopg.OperationalError:
            if not _is_starting(params) or time.monotonic() - begin > RECOVERY_LIMIT:
                raise
            time.sleep(0.1)


def _is_starting(params: dict[str, Any]) -> bool:
    place = {name: params[name] for name in ("host", "port", "user", "dbname") if name in params}
    answer = pq.PGconn.ping(make_conninfo(connect_timeout=CONNECT_TIMEOUT, **place).encode())
    return answer == pq.Ping.REJECT


def _check_version(connection: psycopg.Connection[Any], _record: object) -> None:
    major = connection.info.server_version // 10_000
    if major < OLDEST_SERVER:
        raise DatabaseError(
            f"The server is PostgreSQL {major}, which is too old: use PostgreSQL {OLDEST_SERVER} or newer."
        )


def _explain(context: ExceptionContext) -> DatabaseError | None:
    """Turn what the user can do something about into a sentence; the rest is a bug and stays as it is."""
    error = context.original_exception
    if context.is_pre_ping or not isinstance(error, psycopg.Error):
        return None
    reason = _reason(error)
    if context.connection is None and _is_embedded(context):
        return DatabaseError(f"The embedded Postgres went away ({reason}); {UNHARMED}.")
    if context.connection is None:
        return DatabaseError(
            f"Postgres {_place(context)}cannot be used ({reason}): start it, or correct CURATE_DATABASE_URL."
        )
    return _in_words(error, reason, broken=context.is_disconnect)


def _in_words(error: psycopg.Error, reason: str, *, broken: bool) -> DatabaseError | None:
    """Of what failed while a connection stood."""
    if broken:
        return DatabaseError(f"The connection to Postgres broke ({reason}); {UNHARMED}.")
    if (error.sqlstate or "").startswith(INSUFFICIENT_RESOURCES):
        return DatabaseError(f"Postgres ran out of room ({reason}): make some; {UNHARMED}.")
    return None


def _reason(error: psycopg.Error) -> str:
    return " ".join(str(error).split("\n", 1)[0].split())


def _is_embedded(context: ExceptionContext) -> bool:
    """Ours listens in a folder of that name; nobody can be told to start it by hand."""
    folder = context.engine.url.query.get("host", "") if context.engine is not None else ""
    return "/recurate-" in str(folder)


def _place(context: ExceptionContext) -> str:
    if context.engine is None:
        return ""
    url = context.engine.url
    return f"at {url.host or 'the local socket'}{f':{url.port}' if url.port else ''} "
