"""What a mining run found, on its way into Postgres: edges, and groups with their review items, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Double,
    MetaData,
    Select,
    Table,
    Uuid,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute, Session

from curate.database.columns import Columns
from curate.database.copied_columns import copy_columns
from curate.database.tables import Edge, Group, GroupMember, ReviewItem, ReviewMember

# Fixed for all time, like the namespace of objects.
GROUP_NAMESPACE = UUID("0b7a4b52-6d55-5f0c-8a0f-6f6b3a5f9d02")

_META = MetaData()
_GROUPS = Table(
    "found_groups",
    _META,
    Column("number", BigInteger),
    Column("public_id", Uuid),
    Column("weakest", Double),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_VIEWS = Table(
    "found_views",
    _META,
    Column("number", BigInteger),
    Column("object_id", BigInteger),
    Column("rank", BigInteger),
    Column("similarity", Double),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


@dataclass(frozen=True, slots=True)
class EdgeRows:
    """Edges by object keys, whichever of the two comes first."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]
    """Cosine."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a run found it: members by object key, anchor first."""

    members: tuple[int, ...]
    public_ids: tuple[UUID, ...]
    similarities: tuple[float, ...]
    """Cosine of each member to the anchor, in the same order."""
    weakest: float


def group_id(member_ids: Sequence[UUID]) -> UUID:
    """Public id of a group and of its review item: the same members are the same group in every run."""
    return uuid5(GROUP_NAMESPACE, ",".join(sorted(map(str, member_ids))))


def store_edges(session: Session, run_id: int, edges: EdgeRows) -> None:
    """Of a new run."""
    left, right = np.minimum(edges.left, edges.right), np.maximum(edges.left, edges.right)
    order = np.lexsort((right, left))  # as the primary key has them
    rows = {
        "run_id": np.full(len(order), run_id),
        "left_id": left[order],
        "right_id": right[order],
        "similarity": edges.similarity[order],
    }
    copy_columns(session, Edge.__tablename__, rows)


def store_groups(session: Session, run_id: int, groups: Iterable[GroupRow]) -> None:
    """Of a new run. Items that an earlier run found are taken, new ones made.

    All in the order of public ids, so that two runs that share groups cannot lock each other out.
    """
    found, views = _columns(groups)
    for table, columns in ((_GROUPS, found), (_VIEWS, views)):
        table.create(session.connection())
        copy_columns(session, table.name, columns)
        session.execute(text(f"ANALYZE {table.name}"))
    _store_items(session)
    item = ReviewItem.public_id == _GROUPS.c.public_id
    rows = select(literal(run_id), ReviewItem.id, _GROUPS.c.weakest).join(ReviewItem, item)
    session.execute(
        insert(Group).from_select(["run_id", "item_id", "weakest"], rows.order_by(_GROUPS.c.number))
    )
    ranked = _views(Group.id).add_columns(_VIEWS.c.rank, _VIEWS.c.similarity)
    ranked = ranked.join(ReviewItem, item).join(Group, Group.item_id == ReviewItem.id)
    names = ["group_id", "object_id", "rank", "similarity"]
    session.execute(insert(GroupMember).from_select(names, ranked.where(Group.run_id == run_id)))
    for table in (_GROUPS, _VIEWS):
        table.drop(session.connection())  # another run may be stored in the same transaction


def _store_items(session: Session) -> None:
    items = select(_GROUPS.c.public_id, literal("group")).order_by(_GROUPS.c.number)
    new = postgresql.insert(ReviewItem).from_select(["public_id", "kind"], items).on_conflict_do_nothing()
    made = new.returning(ReviewItem.id, ReviewItem.public_id).cte("made")
    members = _views(made.c.id).join(made, made.c.public_id == _GROUPS.c.public_id)
    session.execute(insert(ReviewMember).from_select(["item_id", "object_id"], members))


def _views(key: ColumnElement[int] | InstrumentedAttribute[int]) -> Select[int, int]:
    """Views of the groups, in order, under a key that the caller joins."""
    rows = select(key, _VIEWS.c.object_id).select_from(_GROUPS)
    return rows.join(_VIEWS, _VIEWS.c.number == _GROUPS.c.number).order_by(_GROUPS.c.number, _VIEWS.c.rank)


def _columns(groups: Iterable[GroupRow]) -> tuple[Columns, Columns]:
    """Groups, numbered in the order of their public ids, and their views."""
    # Two stars may hold the same objects around different anchors: one set, one group, the first.
    first: dict[bytes, GroupRow] = {}
    for group in groups:
        first.setdefault(group_id(group.public_ids).bytes, group)
    ids = sorted(first)
    rows = [first[each] for each in ids]
    sizes = [len(row.members) for row in rows]
    found = {
        "number": np.arange(len(rows)),
        "public_id": np.array(ids, "S16"),
        "weakest": np.array([row.weakest for row in rows], np.float64),
    }
    views = {
        "number": np.repeat(np.arange(len(rows)), sizes),
        "object_id": np.array([key for row in rows for key in row.members], np.int64),
        "rank": np.array([rank for size in sizes for rank in range(size)], np.int64),
        "similarity": np.array([cosine for row in rows for cosine in row.similarities], np.float64),
    }
    return found, views
