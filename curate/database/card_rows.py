"""Groups in the queue as the database has them: the run that found each, its members and its edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from curate.database import rules
from curate.database.among import among
from curate.database.tables import Edge, Group, GroupMember, MiningRun, Object, ReviewItem, ReviewRule


class Found(NamedTuple):
    """An item as the run in the queue found it."""

    key: int
    public_id: UUID
    group_key: int
    run: MiningRun


class Row(NamedTuple):
    """A member as the database has it."""

    similarity: float
    object_: Object


def found(session: Session, item_keys: Collection[int]) -> dict[int, Found]:
    rows = (
        select(ReviewItem.id, ReviewItem.public_id, Group.id, MiningRun)
        .join(Group, Group.item_id == ReviewItem.id)
        .join(MiningRun, MiningRun.id == Group.run_id)
        .join(ReviewRule, ReviewRule.run_id == MiningRun.id)
        .where(ReviewRule.kind == rules.GROUP, among(ReviewItem.id, item_keys))
    )
    return {
        key: Found(key, public_id, group_key, run) for key, public_id, group_key, run in session.execute(rows)
    }


def members(session: Session, group_keys: Collection[int]) -> dict[int, list[Row]]:
    rows = (
        select(GroupMember.group_id, GroupMember.similarity, Object)
        .join(Object, Object.id == GroupMember.object_id)
        .where(among(GroupMember.group_id, group_keys))
        .order_by(GroupMember.group_id, GroupMember.rank)
    )
    found: dict[int, list[Row]] = defaultdict(list)
    for group_key, similarity, object_ in session.execute(rows):
        found[group_key].append(Row(similarity, object_))
    return found


def edges(
    session: Session, run_keys: Collection[int], object_keys: Collection[int]
) -> dict[tuple[int, int], float]:
    rows = select(Edge.left_id, Edge.right_id, Edge.similarity).where(
        among(Edge.run_id, run_keys), among(Edge.left_id, object_keys), among(Edge.right_id, object_keys)
    )
    return {(left, right): similarity for left, right, similarity in session.execute(rows)}
