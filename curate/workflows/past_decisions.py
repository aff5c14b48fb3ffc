"""Who said what of which item, and what was said of a group's views before they were in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import decision_history, review_items
from curate.database.decision_history import Told
from curate.database.rejected_views import rejected_new_views
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One line of the history."""

    public_id: UUID
    item: UUID
    kind: str
    """What it is on: ``group``, ``pair`` or ``removal``."""
    reviewer: str
    automatic: bool
    verdict: str
    """``accept``, ``reject``, ``flag`` or ``undo``."""
    marks: Mapping[str, str]
    """Members set apart, by object id."""
    reason: str | None
    adjudicates: bool
    undone: bool
    decided_at: datetime
    rejected_new: int = 0
    """Views that were new to an accepted group, if an acceptance kept none of them."""


def history(
    workspace: Workspace, prefix: str | None = None, *, reviewer: str | None = None, limit: int = 20
) -> list[PastDecision]:
    """Who said what, newest first, of one group, pair or removal, or of all."""
    with workspace.transaction() as session:
        wanted = review_items.find(session, prefix) if prefix else None
        return _past(
            session, decision_history.history(session, item_id=wanted, reviewer=reviewer, limit=limit)
        )


def of_shared_views(
    workspace: Workspace, prefix: str, *, reviewer: str | None = None, limit: int = 20
) -> list[PastDecision]:
    """As ``history``, of other groups with two or more views of a group: those it grew from."""
    with workspace.transaction() as session:
        item = review_items.find(session, prefix)
        return _past(session, decision_history.of_shared_views(session, item, reviewer=reviewer, limit=limit))


def _past(session: Session, told: Iterable[Told]) -> list[PastDecision]:
    rows = list(told)
    rejected = rejected_new_views(session, [made for made, _, _ in rows])
    return [
        PastDecision(
            made.public_id,
            item.public_id,
            item.kind,
            made.reviewer,
            made.reviewer_kind == "automatic",
            made.verdict,
            made.marks,
            made.reason,
            made.adjudicates,
            undone,
            made.decided_at,
            rejected.get(made.id, 0),
        )
        for made, item, undone in rows
    ]
