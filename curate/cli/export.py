"""``curate export`` and ``curate verify``: approved sets as training manifests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, say

commands = typer.Typer(no_args_is_help=True, help="Write what people approved as a training manifest.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="export")
    app.command()(verify)


@commands.command()
def subject(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Name of the manifest.")],
    to: Annotated[Path, typer.Option("--to", help="Folder that gets <name>-<version>.")],
    version: Annotated[str, typer.Option("--version", help="Version of the manifest.")] = "1",
    references: Annotated[int, typer.Option("--references", min=1, help="References per target.")] = 3,
    at_least: Annotated[
        int | None, typer.Option("--at-least", min=1, help="Accept records with fewer references.")
    ] = None,
    include_automatic: Annotated[
        bool, typer.Option("--include-automatic", help="Use decisions of automatic policies too.")
    ] = False,
    allow_unknown_rights: Annotated[
        bool, typer.Option("--allow-unknown-rights", help="Export photos without a licence on record.")
    ] = False,
    crops: Annotated[bool, typer.Option("--crops", help="Export the boxes instead of whole photos.")] = False,
    shares: Annotated[
        tuple[int, int, int],
        typer.Option(
            "--shares",
            help="Percent per split. A photo keeps that of its first export.",
            metavar="TRAIN VALIDATION TEST",
        ),
    ] = (80, 10, 10),
    seed: Annotated[int, typer.Option("--seed", help="Seed of the split.")] = 0,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities choose references.")
    ] = None,
    as_json: Json = False,
) -> None:
    """For subject-driven generation.

    Each record is a target photo, a caption and references of the same thing from other photos.
    """
    from curate.exporters.splits import SPLITS
    from curate.workflows.export import SubjectOptions, export_subject

    options = SubjectOptions(
        name=name,
        version=version,
        references=references,
        at_least=at_least,
        include_automatic=include_automatic,
        allow_unknown_rights=allow_unknown_rights,
        crops=crops,
        shares=shares,
        seed=seed,
        embedder=embedder,
    )
    with open_workspace(context) as workspace:
        made = export_subject(workspace, options, to.absolute())
    for reason, object_ids in made.left_out.items():
        say(f"{count(len(object_ids), 'object')} left out: {reason}.")
    written = made.manifest
    if as_json:
        result_json(
            {
                "folder": str(written.directory),
                "content_hash": written.content_hash,
                "counts": dict(written.counts),
                "new": not written.already_there,
                "left_out": dict(made.left_out),
            }
        )
    else:
        there = " was there already, equal byte for byte" if written.already_there else ""
        splits = ", ".join(f"{written.counts[each]} in {each}" for each in SPLITS if each in written.counts)
        records = f"{count(made.records, 'record')} ({splits})"
        result(f"{written.directory}{there}: {records}, {written.content_hash[:12]}.")


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
