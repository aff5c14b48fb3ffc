"""``curate database``: the schema of a Postgres server."""

from __future__ import annotations

import typer

from curate.cli.context import open_workspace
from curate.cli.output import say

commands = typer.Typer(no_args_is_help=True, help="Look after a Postgres server.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="database")


@commands.command()
def upgrade(context: typer.Context) -> None:
    """Bring a server's schema up to date.

    Embedded databases do this by themselves.
    """
    from curate.database import schema

    with open_workspace(context) as workspace:
        schema.upgrade(workspace.unchecked_engine)
    say("The schema is up to date.")
