"""``curate manifests``: what was exported, what it rests on, and how two exports differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli import difference_words, manifest_words
from curate.cli.context import open_workspace
from curate.cli.output import Json, result_json, say, table

if TYPE_CHECKING:
    from curate.workspace import Workspace

commands = typer.Typer(no_args_is_help=True, help="Look at what was exported.")

FilesOnly = Annotated[
    bool, typer.Option("--files-only", help="Ask no database: look at the folder's files alone.")
]
Which = Annotated[
    str, typer.Argument(help="Exported folder, or a manifest's name, name-version or hash from its start.")
]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="manifests")


@commands.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """All manifests that were exported from this workspace, oldest first, and the folders they went to.

    Folders that were converted, copied or moved since are not known.
    """
    from curate.workflows.manifests import listed_manifests

    with open_workspace(context) as workspace:
        found = listed_manifests(workspace)
    if as_json:
        result_json([manifest_words.listed(each) for each in found])
        return
    if not found:
        say("Nothing was exported yet: `curate export` writes manifests.")
        return
    columns = ("manifest", "hash", "task", "format", "records", "written", "folder", "")
    table(columns, [row for each in found for row in manifest_words.rows(each)])


@commands.command()
def show(
    context: typer.Context, manifest: Which, files_only: FilesOnly = False, as_json: Json = False
) -> None:
    """What a manifest was asked for, holds and rests on, and whether its records still stand.

    Files are not hashed again: `curate verify` does that.
    """
    from curate.workflows import manifests

    if files_only:
        found = manifests.show(None, manifest)
    else:
        with _workspace(context) as workspace:
            found = manifests.show(workspace, manifest)
    if as_json:
        result_json(manifest_words.shown(found))
    else:
        manifest_words.tell_shown(found)


@commands.command()
def diff(
    context: typer.Context,
    before: Which,
    after: Which,
    files_only: FilesOnly = False,
    as_json: Json = False,
) -> None:
    """Which records came, went or changed from one manifest to another of its task, and why.

    Records are held against each other by target object, pair or vote, so one that got other references is
    a change. The reasons are those of the workspace that exported them, as it stands now.
    """
    if files_only:
        _diff(None, before, after, as_json)
    else:
        with _workspace(context) as workspace:
            _diff(workspace, before, after, as_json)


def _diff(workspace: Workspace | None, before: str, after: str, as_json: bool) -> None:
    from curate.workflows import manifests
    from curate.workflows.manifest_difference import difference

    one, other = (manifests.opened(workspace, each) for each in (before, after))
    found = difference(workspace, one, other)
    (difference_words.tell_json if as_json else difference_words.tell)(one, other, found)


def _workspace(context: typer.Context) -> Workspace:
    from curate.errors import WorkspaceError

    try:
        return open_workspace(context)
    except WorkspaceError as error:
        raise WorkspaceError(f"{error} Without one, --files-only looks at folders alone.") from error
