"""Mining runs, the edges they find, groups, and what was found out about a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, key, now, references


class MiningRun(Base):
    """One comparison of all objects. The same objects and parameters are the same run."""

    __tablename__ = "mining_runs"
    id: Mapped[int] = key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    embedder_id: Mapped[int] = references("models.id")
    detector_id: Mapped[int] = references("models.id")
    rule: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime] = now()
    __table_args__ = (CheckConstraint("rule IN ('compact', 'star')", name="known_rule"),)


class Edge(Base):
    """Two objects of different photos inside the band; ``left_id`` < ``right_id``."""

    __tablename__ = "edges"
    # Triggers stand for foreign keys, which would ask for each of millions of rows: see migration 0015.
    run_id: Mapped[int] = mapped_column(primary_key=True)
    left_id: Mapped[int] = mapped_column(primary_key=True)
    right_id: Mapped[int] = mapped_column(primary_key=True)
    similarity: Mapped[float]
    __table_args__ = (CheckConstraint("left_id < right_id", name="ordered"),)


class Group(Base):
    """A recurrence group that a mining run found."""

    __tablename__ = "groups"
    id: Mapped[int] = key()
    run_id: Mapped[int] = references("mining_runs.id")
    item_id: Mapped[int] = references("review_items.id", index=True)
    weakest: Mapped[float]
    __table_args__ = (UniqueConstraint("run_id", "item_id"),)


class GroupMember(Base):
    """A view: an object in a group, with its cosine to the anchor (rank 0)."""

    __tablename__ = "group_members"
    group_id: Mapped[int] = references("groups.id", primary_key=True)
    object_id: Mapped[int] = references("objects.id", primary_key=True)
    rank: Mapped[int]
    similarity: Mapped[float]


class Analysis(Base):
    """The newest answer of ``curate analyse`` about a run: numbers and ids of objects, no names of photos."""

    __tablename__ = "analyses"
    run_id: Mapped[int] = references("mining_runs.id", primary_key=True)
    result: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = now()


class RunObjects(Base):
    """Which objects a run compared, packed by ``run_objects``: later runs take over what is known of them."""

    __tablename__ = "run_objects"
    run_id: Mapped[int] = references("mining_runs.id", primary_key=True)
    packed: Mapped[bytes]
