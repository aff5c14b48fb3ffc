"""Removals are reviewed in a queue of their own, those of one object together.

It is empty at first: the program fills it from the removals and the decisions on them when it needs it.
Measurements may repeat, because going back to earlier measures is one more row: the newest counts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

_UNIQUE = "uq_removal_measurements_removal_id_fingerprint"


def upgrade() -> None:
    op.create_table(
        "removal_queue",
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("random_draw", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("votes_wanted", sa.BigInteger(), nullable=False),
        sa.Column("voters", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'rejected', 'disputed', 'flagged')",
            name=op.f("ck_removal_queue_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_removal_queue_object_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_removal_queue")),
    )
    for name, condition in (
        ("ix_removal_queue_wanted", "votes_wanted > 0"),
        ("ix_removal_queue_adjudicated", "state IN ('disputed', 'flagged')"),
    ):
        op.create_index(name, "removal_queue", ["position"], postgresql_where=sa.text(condition))
    op.create_table(
        "removal_leases",
        *_of_a_reviewer("removal_leases"),
        sa.Column("seat", sa.Uuid(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_removal_leases_reviewer_seat"), "removal_leases", ["reviewer", "seat"])
    op.create_table(
        "removal_skips",
        *_of_a_reviewer("removal_skips"),
        sa.Column("skipped_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    # Not there after a downgrade, which cannot put it back: rows may repeat by then.
    op.execute(f"ALTER TABLE removal_measurements DROP CONSTRAINT IF EXISTS {_UNIQUE}")
    op.create_index(
        op.f("ix_removal_measurements_removal_id_id"), "removal_measurements", ["removal_id", "id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_removal_measurements_removal_id_id"), "removal_measurements")
    for table in ("removal_skips", "removal_leases", "removal_queue"):
        op.drop_table(table)


def _of_a_reviewer(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"],
            ["removal_queue.object_id"],
            name=op.f(f"fk_{table}_object_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("object_id", "reviewer", name=op.f(f"pk_{table}")),
    )
