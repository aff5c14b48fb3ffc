"""Removals: what removers gave for objects, what was measured on it, and people's verdicts.

There is no way down: it would drop removals with the decisions on them, and those are never lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = CASE
            WHEN TG_TABLE_NAME = 'decisions' THEN 'Take a decision back with a new one: curate decide undo.'
            WHEN TG_TABLE_NAME LIKE 'removal%' THEN 'Remove the object in another way: curate remove.'
            ELSE 'Hand in a pair that takes its place: curate pairs add --supersedes.'
        END;
END
$$;
"""
APPEND_ONLY = """
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "removals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("remover_id", sa.BigInteger(), nullable=False),
        sa.Column("segmenter_id", sa.BigInteger(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("dilation", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.BigInteger(), nullable=False),
        sa.Column("y", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("output_sha256", sa.Text(), nullable=False),
        sa.Column("mask_sha256", sa.Text(), nullable=False),
        sa.Column("object_mask_sha256", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "x >= 0 AND y >= 0 AND width > 0 AND height > 0", name=op.f("ck_removals_region_has_area")
        ),
        sa.CheckConstraint("dilation >= 0", name=op.f("ck_removals_dilation_widens")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_removals_item_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_removals_object_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["remover_id"], ["models.id"], name=op.f("fk_removals_remover_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["segmenter_id"], ["models.id"], name=op.f("fk_removals_segmenter_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
        sa.UniqueConstraint("item_id", name=op.f("uq_removals_item_id")),
        sa.UniqueConstraint("object_id", "recipe", name=op.f("uq_removals_object_id_recipe")),
    )
    op.create_index(op.f("ix_removals_recipe"), "removals", ["recipe"])
    op.create_table(
        "removal_measurements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("removal_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("suggested_reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["removal_id"],
            ["removals.id"],
            name=op.f("fk_removal_measurements_removal_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal_measurements")),
        sa.UniqueConstraint(
            "removal_id", "fingerprint", name=op.f("uq_removal_measurements_removal_id_fingerprint")
        ),
    )
    for table in ("review_items", "review_rules"):
        op.drop_constraint(op.f(f"ck_{table}_known_kind"), table, type_="check")
        kinds = "kind IN ('group', 'pair', 'removal')"
        op.create_check_constraint(op.f(f"ck_{table}_known_kind"), table, kinds)
    op.execute(REFUSE_CHANGE)
    for table in ("removals", "removal_measurements"):
        op.execute(APPEND_ONLY.format(table=table))
