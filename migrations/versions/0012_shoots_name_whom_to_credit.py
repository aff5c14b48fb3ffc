"""Shoots name whom to credit, and tombstones know the pixels of their photo, whatever its file says beside.

There is no way down once somebody said whom to credit: the corrections of it are append-only. Photos that were
taken down before keep no hash of their pixels, because nothing of them is left to make one from.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_WHAT = "ck_shoot_corrections_known_what"


def upgrade() -> None:
    op.add_column("shoots", sa.Column("credit", sa.Text(), nullable=True))
    _allow("'name', 'licence', 'consent', 'credit'")
    op.add_column("takedowns", sa.Column("pixels_sha256", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("takedowns", "pixels_sha256")
    _allow("'name', 'licence', 'consent'")
    op.drop_column("shoots", "credit")


def _allow(what: str) -> None:
    op.drop_constraint(op.f(_WHAT), "shoot_corrections", type_="check")
    op.create_check_constraint(op.f(_WHAT), "shoot_corrections", f"what IN ({what})")
