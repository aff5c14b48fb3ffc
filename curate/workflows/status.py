"""How far a workspace is: counts per stage."""

from __future__ import annotations

from typing import Any

from curate.database import overview
from curate.workspace import Workspace


def status(workspace: Workspace) -> dict[str, Any]:
    """Counts as JSON values; see ``curate.database.overview``."""
    with workspace.transaction() as session:
        return {"workspace": str(workspace.root), **overview.counts(session)}
