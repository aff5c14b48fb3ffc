"""Names of objects, names of shoots and their rights are corrected: what was said before stays on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

APPEND_ONLY = """
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "pair_object_names",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pair_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_pair_object_names_named")),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pairs.id"], name=op.f("fk_pair_object_names_pair_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_object_names")),
    )
    op.create_index(op.f("ix_pair_object_names_pair_id"), "pair_object_names", ["pair_id"])
    op.create_table(
        "shoot_corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("shoot_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "what IN ('name', 'licence', 'consent')", name=op.f("ck_shoot_corrections_known_what")
        ),
        sa.CheckConstraint("old IS DISTINCT FROM new", name=op.f("ck_shoot_corrections_changes")),
        sa.ForeignKeyConstraint(
            ["shoot_id"], ["shoots.id"], name=op.f("fk_shoot_corrections_shoot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shoot_corrections")),
    )
    op.create_index(op.f("ix_shoot_corrections_shoot_id"), "shoot_corrections", ["shoot_id"])
    for table in ("pair_object_names", "shoot_corrections"):
        op.execute(APPEND_ONLY.format(table=table))
