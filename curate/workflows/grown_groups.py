"""Groups that were accepted before more views joined them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import review_items, rules, states
from curate.errors import DecisionError
from curate.plurals import count
from curate.workspace import Workspace

_SHORT = 13
"""Letters of an object's id that tell it from others, nearly always."""


def refuse_whole_rejection(workspace: Workspace, prefix: str) -> None:
    """Rejecting a group that has new views would take back what was accepted of it before.

    Raises:
        NotFoundError: there is no such item.
        DecisionError: it has new views; how these alone are rejected, as X does in the app.
    """
    with workspace.transaction() as session:
        item = review_items.find(session, prefix)
        new = _new_views(session, item)
    if new:
        drop = " ".join(f"--drop {str(each)[:_SHORT]}" for each in new)
        raise DecisionError(
            f"{count(len(new), 'view')} joined this group after it was accepted: type `curate decide accept "
            f"{prefix} {drop}` to keep what was accepted, or add --whole to reject all of it."
        )


def _new_views(session: Session, item: UUID) -> list[UUID]:
    key = review_items.hold(session, item).id
    known = states.known(session, [key], rules.consensus(session))[key]
    return sorted(each for each, member in review_items.members(session, key).items() if member in known.new)
