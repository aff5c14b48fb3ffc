"""Real Postgres for tests: one embedded server per run, one fresh database per test."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, make_url, text

from curate.database import schema
from curate.database.connection import engine
from curate.database.embedded import EmbeddedPostgres

TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server that holds nothing, for the whole run."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), "tests") as server:
        yield server.start()


@pytest.fixture(scope="session")
def postgres_admin(postgres_url: str) -> Iterator[Engine]:
    """Makes and drops databases; holds the template every test's database is copied from."""
    admin = engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT")
    run(admin, f"CREATE DATABASE {TEMPLATE}")
    migrated = engine(named(postgres_url, TEMPLATE))
    schema.upgrade(migrated)
    migrated.dispose()  # a template must have no connections
    yield admin
    admin.dispose()


@pytest.fixture
def empty_database_url(postgres_url: str, postgres_admin: Engine) -> Iterator[str]:
    """A database without any table."""
    yield from fresh(postgres_url, postgres_admin, "template1")


@pytest.fixture
def database_url(postgres_url: str, postgres_admin: Engine) -> Iterator[str]:
    """A database with the newest schema and no rows."""
    yield from fresh(postgres_url, postgres_admin, TEMPLATE)


def fresh(url: str, admin: Engine, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    run(admin, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield named(url, name)
    run(admin, f"DROP DATABASE {name} WITH (FORCE)")


def named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def run(admin: Engine, statement: str) -> None:
    with admin.connect() as connection:
        connection.execute(text(statement))
