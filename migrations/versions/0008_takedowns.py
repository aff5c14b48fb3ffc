"""Photos are taken down: a tombstone says which, why, and whether all of it is erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "takedowns",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("originals", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_takedowns_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_takedowns")),
    )


def downgrade() -> None:
    op.drop_table("takedowns")
