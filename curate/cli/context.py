"""From the command line to an open workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from curate.workspace import Workspace

RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try inputs again that failed before.")]


def open_workspace(context: typer.Context) -> Workspace:
    """The workspace named by --workspace, else the one the current folder lies in.

    Raises:
        WorkspaceError: there is none.
    """
    from curate import workspace

    named: Path | None = context.obj
    return workspace.Workspace.open(named or workspace.find(Path.cwd()))
