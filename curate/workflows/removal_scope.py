"""Which objects are to be removed."""

from __future__ import annotations

from uuid import UUID

import numpy as np

from curate.database import rules
from curate.workflows import review
from curate.workflows.approval import approval
from curate.workspace import Workspace


def accepted_objects(workspace: Workspace, *, include_automatic: bool) -> list[UUID]:
    """Views that people accepted as one thing, in id order; with those of automatic policies if wanted."""
    with workspace.transaction() as session:
        found = approval(session, rules.consensus(session), with_automatic=include_automatic)
    return found.things.public_ids(np.flatnonzero(found.home >= 0))


def objects_of_group(workspace: Workspace, prefix: str) -> list[UUID]:
    """Every member of one group of the latest run, whatever was decided.

    Raises:
        NotFoundError: there is no such group, or several.
    """
    return sorted(view.object_.public_id for view in review.group(workspace, prefix).views)


def objects_of_all_groups(workspace: Workspace) -> list[UUID]:
    """Every member of every group of the latest run.

    Raises:
        NotFoundError: nothing has been mined.
    """
    groups = review.groups(workspace)
    return sorted({view.object_.public_id for group in groups for view in group.views})
