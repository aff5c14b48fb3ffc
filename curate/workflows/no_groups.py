"""Why there is no group to show."""

from __future__ import annotations

from collections import Counter

from curate.database import mining
from curate.workflows import review
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
    if why := found_nothing(workspace):
        return why
    there = Counter(each.state for each in review.groups(workspace))
    others = ", ".join(f"{number:,} {name}" for name, number in sorted(there.items()))
    return f"No group is {state}, but {others}: `curate groups list` shows all."
