"""``curate init`` and ``curate down``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import result, say


def register(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(down)


def init(
    directory: Annotated[Path, typer.Argument(help="Folder to make a workspace.")] = Path(),
) -> None:
    """Make a folder a workspace.

    Settings go into curate.toml; database, media and search index into .recurate beside it.
    """
    from curate import workspace

    root = directory.absolute()
    new = not (root / workspace.MARKER).exists()
    marker = workspace.create(root)
    with workspace.Workspace.open(root) as opened, opened.transaction():
        say("Workspace made." if new else "This is a workspace already; nothing was changed.")
    result(str(marker))


def down(
    context: typer.Context,
    force: Annotated[
        bool, typer.Option("--force", help="Also while other commands use it; they fail.")
    ] = False,
) -> None:
    """Stop a database that a killed command left."""
    with open_workspace(context) as workspace:
        stopped = workspace.stop_database(force=force)
    say("The embedded database was stopped." if stopped else "No embedded database was running.")
