"""Why there is no group to show."""

from __future__ import annotations

from curate.database import mining
from curate.workspace import Workspace


def found_nothing(workspace: Workspace) -> str | None:
    """What to know where the latest mining run has no groups; None if it has some, or nothing was mined."""
    with workspace.transaction() as session:
        band = mining.empty_band(session)
    if band is None:
        return None
    low, high = band
    return (
        f"The latest mining run has no groups in its band of {low:.3g} to {high:.3g}. Decisions on groups of "
        "earlier runs are kept: `curate runs` lists what was mined, and with which band."
    )


def none_is(workspace: Workspace, state: str | None) -> str:
    """Why `curate groups` shows none, of those in one ``state`` or of all."""
    return found_nothing(workspace) or f"No group is {state}: `curate groups list` shows all."
