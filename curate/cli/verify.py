"""``curate verify``: whether a manifest is what was exported, and stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, result, result_json, say


def register(app: typer.Typer) -> None:
    app.command()(verify)


def verify(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Exported manifest.")],
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Check the files; do not ask the database about decisions.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prove that a manifest is untouched and stands.

    Every file is hashed, and the database is asked whether it exported exactly this and whether the
    decisions behind each record still stand.
    """
    from curate.errors import WorkspaceError
    from curate.workflows.verify import verify_manifest

    if files_only:
        verified = verify_manifest(directory, None)
    else:
        try:
            workspace = open_workspace(context)
        except WorkspaceError as error:
            raise WorkspaceError(f"{error} Without one, --files-only checks the files alone.") from error
        with workspace:
            verified = verify_manifest(directory, workspace)
    if as_json:
        result_json(
            {"content_hash": verified.content_hash, "counts": dict(verified.counts), "task": verified.task}
        )
    else:
        checked = "files" if files_only else "files and decisions"
        result(f"{directory} is sound: {checked} checked, {verified.content_hash[:12]}.")
        if files_only:
            say("Whether a photo was taken down or a decision undone since, only the database knows.")
