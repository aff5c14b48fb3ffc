"""What has become of the groups of one mining run in another."""

from __future__ import annotations

import numpy as np
from sqlalchemy import exists, func, intersect, select
from sqlalchemy.orm import Session, aliased

from curate.database import states
from curate.database.columns import Columns, read_columns
from curate.database.tables import Group, GroupMember


def shared_groups(session: Session, run_id: int, other_id: int) -> tuple[int, int, int]:
    """How many groups one run found, how many another, and how many both."""
    one, other = (select(Group.item_id).where(Group.run_id == each) for each in (run_id, other_id))
    counts = [
        select(func.count()).select_from(rows.subquery()).scalar_subquery()
        for rows in (one, other, intersect(one, other))
    ]
    now, before, both = session.execute(select(*counts)).one()
    return now, before, both


def open_views_gone(session: Session, run_id: int, earlier_id: int) -> Columns:
    """Views of groups that only the earlier of two runs found, and of which nothing was decided.

    Returns:
        ``item`` and ``object``, keys, in the order of items.
    """
    now = aliased(Group)
    still = exists().where(now.run_id == run_id, now.item_id == Group.item_id)
    gone = select(Group.item_id).where(Group.run_id == earlier_id, ~still)
    views = (
        select(Group.item_id, GroupMember.object_id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(Group.run_id == earlier_id, ~still)
    )
    found = read_columns(session, views, {"item": "i8", "object": "i8"})
    undecided = ~np.isin(found["item"], states.touched(session, gone))
    order = np.argsort(found["item"][undecided], kind="stable")
    return {name: column[undecided][order] for name, column in found.items()}
