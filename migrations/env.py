"""Alembic's entry: compares and migrates with the tables of ``curate.database.tables``.

Inside the program the connection comes from ``curate.database.schema``. On the command line the URL is
given by ``alembic -x url=postgresql://... check`` or in CURATE_DATABASE_URL.
"""

from __future__ import annotations

import os
from typing import Any

from alembic import context
from alembic.operations import MigrationScript
from alembic.util import CommandError
from sqlalchemy import Connection

from curate.database.connection import engine
from curate.database.schema import revisions
from curate.database.tables import Base


def number(_context: object, _revision: object, scripts: list[MigrationScript]) -> None:
    """Number a new revision file after its predecessor; the program orders them by name."""
    for script in scripts:
        script.rev_id = f"{len(revisions()) + 1:04d}"


def migrate(connection: Connection) -> None:
    options: dict[str, Any] = {"target_metadata": Base.metadata, "process_revision_directives": number}
    context.configure(connection=connection, **options)
    with context.begin_transaction():
        context.run_migrations()


def url() -> str:
    given = context.get_x_argument(as_dictionary=True).get("url") or os.environ.get("CURATE_DATABASE_URL")
    if not given:
        raise CommandError("no database: type `alembic -x url=postgresql://...` or set CURATE_DATABASE_URL")
    return str(given)


def main() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    with engine(url()).connect() as opened:
        migrate(opened)


main()
