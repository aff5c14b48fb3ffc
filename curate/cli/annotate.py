"""``curate annotate``: human boxes in place of a detector's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, follow, result, result_json, say

commands = typer.Typer(no_args_is_help=True, help="Use boxes drawn by people.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="annotate")


@commands.command("import")
def import_boxes(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="COCO .json, Open Images .csv, or a folder of YOLO .txt.")],
    classes: Annotated[
        Path | None, typer.Option("--classes", help="Names of the classes (YOLO, Open Images).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import boxes, matched by file name.

    The photos must be ingested first.
    """
    from curate.workflows.annotate import import_boxes

    with open_workspace(context) as workspace:
        summary = follow(import_boxes(workspace, path, classes))
    if summary["failed"]:
        failed = count(summary["failed"], "entry", "entries")
        say(f"{failed} failed: `curate failures --stage annotate` says why.")
    if as_json:
        result_json(summary)
    else:
        result(
            f"{count(summary['objects'], 'object')} in {count(summary['photos'], 'photo')} from {path.name}."
        )
