"""A mining run names the objects that it compared, so that the next one compares only what is new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "run_objects",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["mining_runs.id"], name=op.f("fk_run_objects_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_objects")),
    )


def downgrade() -> None:
    op.drop_table("run_objects")
