"""From the command line to an open workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from curate.workspace import Workspace

RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try inputs again that failed before.")]

TrustWeights = Annotated[
    bool, typer.Option("--trust-weights", help="Load a .pt file although loading it can run code.")
]

DetectorWeights = Annotated[
    Path | None, typer.Option("--detector-weights", help="Weights file of the detector.")
]
EmbedderWeights = Annotated[
    Path | None, typer.Option("--embedder-weights", help="Weights file of the embedder.")
]


def open_workspace(context: typer.Context) -> Workspace:
    """The workspace named by --workspace, else the one the current folder lies in.

    Raises:
        WorkspaceError: there is none.
    """
    from curate import workspace

    named: Path | None = context.obj
    return workspace.Workspace.open(named or workspace.find(Path.cwd()))
