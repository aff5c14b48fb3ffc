"""Who is looking at what: queues of groups and of removal cases with leases and skips."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, now, references


class _Queued:
    """What stands in a queue, with its state as of the last vote that tells about it."""

    # Served in this order; at least one in four stands where the lot put it.
    position: Mapped[int]
    random_draw: Mapped[bool]
    # ``open``, ``accepted``, ``rejected``, ``partial`` (a group), ``disputed`` (derived) or ``flagged``.
    state: Mapped[str]
    # How many more people should look at it now; 0 once it is settled or waits for an adjudicator.
    votes_wanted: Mapped[int]
    # Who has nothing more to say about it. Kept here, because a claim passes over all that its reviewer has
    # decided and others have not, and a look into ``decisions`` for each takes ten times as long.
    voters: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class _Lease:
    """A reviewer holds this until ``expires_at``; ``seat`` tells their windows apart."""

    reviewer: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[UUID]
    # Whoever saw others' votes on the adjudicator's desk does not cast a blind one.
    desk: Mapped[str]
    expires_at: Mapped[datetime]


class _Skip:
    """A reviewer would rather see this last."""

    reviewer: Mapped[str] = mapped_column(primary_key=True)
    skipped_at: Mapped[datetime] = now()


def _serving_order(table: str, states: str) -> tuple[CheckConstraint | Index, ...]:
    return (
        CheckConstraint(f"state IN ({states})", name="known_state"),
        Index(f"ix_{table}_wanted", "position", postgresql_where=text("votes_wanted > 0")),
        Index(
            f"ix_{table}_adjudicated", "position", postgresql_where=text("state IN ('disputed', 'flagged')")
        ),
    )


class QueuedItem(_Queued, Base):
    """A group of the review queue; its voters are those whose decision on it stands."""

    __tablename__ = "review_queue"
    item_id: Mapped[int] = references("review_items.id", primary_key=True)
    __table_args__ = _serving_order(
        __tablename__, "'open', 'accepted', 'rejected', 'partial', 'disputed', 'flagged'"
    )


class ReviewLease(_Lease, Base):
    """On a group."""

    __tablename__ = "review_leases"
    item_id: Mapped[int] = references("review_queue.item_id", primary_key=True)
    __table_args__ = (Index(None, "reviewer", "seat"),)


class ReviewSkip(_Skip, Base):
    """Of a group."""

    __tablename__ = "review_skips"
    item_id: Mapped[int] = references("review_queue.item_id", primary_key=True)


class QueuedCase(_Queued, Base):
    """All removals of one object, which one person looks at together; its voters are done with all of them.

    The decisions are on the removals. The key is called as in ``QueuedItem``, so that both are leased alike.
    """

    __tablename__ = "removal_queue"
    item_id: Mapped[int] = mapped_column(
        "object_id", ForeignKey("objects.id", ondelete="RESTRICT"), primary_key=True
    )
    __table_args__ = _serving_order(__tablename__, "'open', 'accepted', 'rejected', 'disputed', 'flagged'")


class CaseLease(_Lease, Base):
    """On all removals of one object."""

    __tablename__ = "removal_leases"
    item_id: Mapped[int] = mapped_column(
        "object_id", ForeignKey("removal_queue.object_id", ondelete="RESTRICT"), primary_key=True
    )
    __table_args__ = (Index(None, "reviewer", "seat"),)


class CaseSkip(_Skip, Base):
    """Of all removals of one object."""

    __tablename__ = "removal_skips"
    item_id: Mapped[int] = mapped_column(
        "object_id", ForeignKey("removal_queue.object_id", ondelete="RESTRICT"), primary_key=True
    )
