"""What people judge, what they say, and who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, key, now, references


class ReviewItem(Base):
    """Something people vote on: a pair, a removal, or a group's set of members, whatever run found it."""

    __tablename__ = "review_items"
    id: Mapped[int] = key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    __table_args__ = (CheckConstraint("kind IN ('group', 'pair', 'removal')", name="known_kind"),)


class ReviewMember(Base):
    """The objects an item is about."""

    __tablename__ = "review_members"
    item_id: Mapped[int] = references("review_items.id", primary_key=True)
    # By object too: a vote on some pairs tells about every item that holds them.
    object_id: Mapped[int] = references("objects.id", primary_key=True, index=True)


class Decision(Base):
    """One reviewer's verdict on one item. Append-only: a trigger refuses anything but INSERT."""

    __tablename__ = "decisions"
    id: Mapped[int] = key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    item_id: Mapped[int] = references("review_items.id", index=True)
    reviewer: Mapped[str]
    reviewer_kind: Mapped[str]
    verdict: Mapped[str]
    # Members set apart by public id: ``different``, ``variant``, ``near_duplicate`` or ``second``.
    marks: Mapped[dict[str, Any]]
    undoes_id: Mapped[int | None] = mapped_column(
        ForeignKey("decisions.id", ondelete="RESTRICT"), unique=True
    )
    reason: Mapped[str | None]
    # Settles an item that others disagree about or flagged.
    adjudicates: Mapped[bool] = mapped_column(server_default=false())
    # Of a counterfactual pair: what had been measured on it when the reviewer spoke. An acceptance holds for
    # the masks of that check only.
    check_id: Mapped[int | None] = mapped_column(ForeignKey("pair_checks.id", ondelete="RESTRICT"))
    # Made up by whoever sends the decision, so that sending it again changes nothing.
    event_id: Mapped[UUID | None] = mapped_column(unique=True)
    # From the card's painting to the key, as the reviewer's browser measured it.
    seconds: Mapped[float | None]
    decided_at: Mapped[datetime] = now()
    __table_args__ = (
        CheckConstraint("reviewer_kind IN ('person', 'automatic')", name="known_reviewer_kind"),
        CheckConstraint("verdict IN ('accept', 'reject', 'flag', 'undo')", name="known_verdict"),
        CheckConstraint("(verdict = 'undo') = (undoes_id IS NOT NULL)", name="undo_names_a_decision"),
        Index(None, "reviewer", "id"),
    )


class PairFact(Base):
    """What one standing decision says about two objects. Derived: it goes when its decision is undone."""

    __tablename__ = "pair_facts"
    decision_id: Mapped[int] = references("decisions.id", primary_key=True)
    left_id: Mapped[int] = references("objects.id", primary_key=True)
    right_id: Mapped[int] = references("objects.id", primary_key=True, index=True)
    relation: Mapped[str]
    __table_args__ = (
        CheckConstraint("left_id < right_id", name="ordered"),
        CheckConstraint(
            "relation IN ('same', 'different', 'variant', 'near_duplicate', 'unsaid')", name="known_relation"
        ),
        Index(None, "left_id", "right_id"),
    )


class ReviewRule(Base):
    """How items of one kind are reviewed, for everybody who shares this database."""

    __tablename__ = "review_rules"
    kind: Mapped[str] = mapped_column(primary_key=True)
    votes_needed: Mapped[int] = mapped_column(server_default="1")
    votes_asked: Mapped[int] = mapped_column(server_default="1")
    ordering: Mapped[str] = mapped_column(server_default="uncertain")
    # The mining run whose groups stand in the queue.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("mining_runs.id", ondelete="RESTRICT"))
    __table_args__ = (
        CheckConstraint("kind IN ('group', 'pair', 'removal')", name="known_kind"),
        CheckConstraint("votes_needed BETWEEN 1 AND votes_asked", name="votes_can_agree"),
        CheckConstraint("ordering IN ('uncertain', 'likely')", name="known_ordering"),
    )


class Person(Base):
    """Someone who may use the shared review app."""

    __tablename__ = "people"
    # Lower case, as the login service vouches for it; decisions are signed with it.
    email: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    added_at: Mapped[datetime] = now()
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email <> ''", name="lower_case"),
        CheckConstraint("role IN ('photographer', 'curator', 'adjudicator', 'admin')", name="known_role"),
    )
