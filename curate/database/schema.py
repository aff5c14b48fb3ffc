"""Which schema a database has and which one this program needs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from curate.errors import SchemaError

UPGRADE_LOCK = 7_265_637_572_617_465  # any number that all our processes share


def migrations() -> Path:
    """The folder with ``env.py`` and ``versions``: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_migrations"
    return inside if inside.exists() else package.parent / "migrations"


@cache
def revisions() -> tuple[str, ...]:
    """Ids of all revisions this program knows, oldest first.

    They are numbered in one line and named after their number, so the folder listing is enough; importing
    alembic for it would cost 0.4 s in every command.
    """
    names = (path.name for path in (migrations() / "versions").glob("*.py"))
    return tuple(sorted(match[1] for name in names if (match := re.match(r"(\d{4})_", name))))


def needed() -> str:
    """The revision this program works with."""
    return revisions()[-1]


def current(connection: Connection) -> str | None:
    """The revision a database is at, None if it holds no schema of ours."""
    try:
        with connection.begin_nested():
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == "42P01":  # undefined_table
            return None
        raise
    return found


def check(engine: Engine) -> None:
    """Make sure that the database has the schema this program needs. Quick.

    Raises:
        SchemaError: It is older or newer; says what to type.
    """
    with engine.connect() as connection:
        found = current(connection)
    if found is None:
        raise SchemaError("this database has no tables yet: type `curate database upgrade`")
    if found != needed():
        _refuse_newer(found)
        raise SchemaError(
            f"this database is at schema {found}, the program needs {needed()}: "
            "type `curate database upgrade` (and have a backup)"
        )


def upgrade(engine: Engine) -> bool:
    """Bring the database to the schema this program needs, in one transaction.

    Two processes at once are safe: the second waits and finds nothing to do. Killed in the middle, the
    database stays as it was.

    Returns:
        True if something was changed.

    Raises:
        SchemaError: The database is newer than this program.
    """
    with engine.connect() as connection:
        if current(connection) == needed():
            return False
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        found = current(connection)
        if found == needed():
            return False
        if found is not None:
            _refuse_newer(found)
        _migrate(connection)
    return True


def _refuse_newer(found: str) -> None:
    if found not in revisions():
        raise SchemaError(
            f"this database is at schema {found}, which this program ({needed()}) does not know: "
            "install the newer program that made it (pip install --upgrade recurate)"
        )


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    # the option goes through string interpolation, in which a percent sign of the path is special
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    command.upgrade(config, "head")
