"""``curate groups``: look at recurrence groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, follow, result, result_json, table

if TYPE_CHECKING:
    from curate.records import Group, View

GroupId = Annotated[str, typer.Argument(help="Start of a group's id.")]

commands = typer.Typer(no_args_is_help=True, help="Look at recurrence groups.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="groups")


@commands.command("list")
def list_groups(
    context: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", help="open, accepted, rejected, partial, disputed or flagged.")
    ] = None,
    as_json: Json = False,
) -> None:
    """All groups, strongest first."""
    from curate.workflows import review
    from curate.workflows.no_groups import none_is

    with open_workspace(context) as workspace:
        found = review.groups(workspace, state)
        why = "" if found else none_is(workspace, state)
    if as_json:
        result_json([_as_json(group) for group in found])
        return
    if why:
        result(why)
        return
    rows = [
        (str(group.public_id)[:13], group.state, _views(group), f"{group.weakest:.3f}", _labels(group))
        for group in found
    ]
    table(("group", "state", "views", "weakest", "labels"), rows)


@commands.command()
def show(context: typer.Context, group: GroupId, as_json: Json = False) -> None:
    """One group with its members and photos."""
    from curate.workflows import review

    with open_workspace(context) as workspace:
        found = review.group(workspace, group)
        uris = review.photo_uris(workspace, found)
    if as_json:
        result_json({**_as_json(found), "photos": {str(key): uri for key, uri in uris.items()}})
        return
    result(f"{found.public_id}  {found.state}  {found.rule}  weakest {found.weakest:.3f}")
    rows = [
        (
            str(view.object_.public_id)[:13],
            "anchor" if view.rank == 0 else f"{view.similarity:.3f}",
            f"{view.object_.label} {view.object_.score:.2f}",
            _verdict(found, view),
            uris[view.object_.public_id],
        )
        for view in found.views
    ]
    table(("object", "similarity", "label", "verdict", "photo"), rows)


@commands.command()
def sheets(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Folder for the pictures.")],
    state: Annotated[str | None, typer.Option("--state", help="Only groups in this state.")] = None,
    as_json: Json = False,
) -> None:
    """Write contact sheets as pictures.

    One per group and an overview of all.
    """
    from curate.workflows import review
    from curate.workflows.no_groups import none_is
    from curate.workflows.sheets import write_sheets

    with open_workspace(context) as workspace:
        found = review.groups(workspace, state)
        why = "" if found else none_is(workspace, state)
        summary = follow(write_sheets(workspace, found, directory))
    if as_json:
        result_json(summary)
    else:
        result(why or f"{summary['sheets']} contact sheets in {summary['folder']}.")


def _views(group: Group) -> str:
    """How many there are, and how many of them are accepted if these are not all."""
    accepted, views = len(group.kept), len(group.views)
    return f"{accepted} of {views}" if 0 < accepted < views else str(views)


def _verdict(group: Group, view: View) -> str:
    """What is known of a member: one thing with the others, dropped, or nothing yet."""
    if view.object_.public_id in group.kept:
        return "same"
    return "dropped" if group.state == "accepted" else ""


def _labels(group: Group) -> str:
    return ", ".join(sorted({view.object_.label for view in group.views}))


def _as_json(group: Group) -> dict[str, Any]:
    return {
        "group": str(group.public_id),
        "rule": group.rule,
        "state": group.state,
        "weakest": group.weakest,
        "accepted_views": len(group.kept),
        "views": [
            {
                "object": str(view.object_.public_id),
                "photo_sha256": view.object_.photo_sha256,
                "box": [
                    view.object_.box.x,
                    view.object_.box.y,
                    view.object_.box.width,
                    view.object_.box.height,
                ],
                "label": view.object_.label,
                "score": view.object_.score,
                "similarity": view.similarity,
                "verdict": _verdict(group, view),
            }
            for view in group.views
        ],
    }
