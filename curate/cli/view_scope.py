"""Options that choose views to work on, for commands that describe or remove them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.output import say

if TYPE_CHECKING:
    from uuid import UUID

    from curate.workspace import Workspace

OneGroup = Annotated[str | None, typer.Option("--group", help="All views of this group; start of its id.")]
AllGroups = Annotated[bool, typer.Option("--all", help="All views of all groups, whatever was decided.")]
WithAutomatic = Annotated[
    bool, typer.Option("--include-automatic", help="Views that only an automatic policy accepted, too.")
]


def wanted_views(
    workspace: Workspace, group: str | None, all_groups: bool, with_automatic: bool
) -> list[UUID]:
    """Accepted views, or those of one group or of all.

    Raises:
        BadParameter: one group and all groups are asked for.
    """
    from curate.workflows import removal_scope

    if group and all_groups:
        raise typer.BadParameter("--group and --all exclude each other.")
    if group:
        return removal_scope.objects_of_group(workspace, group)
    if all_groups:
        return removal_scope.objects_of_all_groups(workspace)
    wanted = removal_scope.accepted_objects(workspace, include_automatic=with_automatic)
    if not wanted:
        say("No view is accepted: `curate review` first, or choose some with --group or --all.")
    return wanted
