"""``curate convert``: an export in the layout of another program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.export_options import FormatName, To, tell
from curate.cli.output import Json


def register(app: typer.Typer) -> None:
    app.command()(convert)


def convert(
    directory: Annotated[Path, typer.Argument(help="Exported manifest in the format imagefolder.")],
    format_name: Annotated[FormatName, typer.Option("--format", help="Whose layout the new folder has.")],
    to: To,
    as_json: Json = False,
) -> None:
    """Write an export in the layout of another program, without a workspace.

    The folder is verified first. What is written has the same bytes as an export with that --format.
    """
    from curate.workflows.convert import convert_manifest

    tell(convert_manifest(directory, format_name, to.absolute()), "record", as_json)
