"""The ``curate`` command. One module per group of commands; heavy libraries load inside the commands."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from curate import __version__
from curate.cli import (
    annotate,
    database,
    decide,
    demo,
    export,
    groups,
    index,
    models,
    pairs,
    people,
    progress,
    queue,
    review,
    search,
    stages,
    upkeep,
    workspace,
)
from curate.errors import CurateError

app = typer.Typer(
    name="curate",
    help="Turn piles of photos into reviewed training data: photos, objects, recurrence groups, manifests.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing Rich for coloured help takes longer than all the rest of it
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"recurate {__version__}")
        raise typer.Exit


@app.callback()
def settings(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", envvar="CURATE_WORKSPACE", help="Workspace folder."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = workspace


for module in (
    workspace,
    stages,
    groups,
    pairs,
    decide,
    review,
    queue,
    progress,
    people,
    export,
    search,
    annotate,
    models,
    index,
    database,
    upkeep,
    demo,
):
    module.register(app)


def main() -> None:
    """Entry point: every error a user can meet is one sentence and exit code 1."""
    # As Ctrl-C does, so that what was opened is closed and the embedded database stops.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        app()
    except CurateError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe went away, as in `curate groups list | head`: not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
