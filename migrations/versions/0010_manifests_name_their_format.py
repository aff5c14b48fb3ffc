"""Manifests name the layout of their folder. What is registered by now is canonical."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("manifests", sa.Column("format", sa.Text(), server_default="imagefolder", nullable=False))


def downgrade() -> None:
    op.drop_column("manifests", "format")
