"""Counterfactual pairs: shoots, frames, pairs, what was measured on them, corrected masks.

There is no way down: it would drop pairs with the decisions on them, and those are never lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = CASE TG_TABLE_NAME
            WHEN 'decisions' THEN 'Take a decision back with a new one: curate decide undo.'
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
        "shoots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("photographer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("held_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("photographer <> '' AND name <> ''", name=op.f("ck_shoots_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shoots")),
        sa.UniqueConstraint("photographer", "name", name=op.f("uq_shoots_photographer_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shoots_public_id")),
    )
    op.create_table(
        "frames",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_frames_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_frames")),
    )
    op.create_table(
        "frame_senders",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["frames.photo_id"], name=op.f("fk_frame_senders_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("photo_id", "sender", name=op.f("pk_frame_senders")),
    )
    op.create_table(
        "pairs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("factual_id", sa.BigInteger(), nullable=False),
        sa.Column("counterfactual_id", sa.BigInteger(), nullable=False),
        sa.Column("shoot_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object_name", sa.Text(), nullable=True),
        sa.Column("handed_in_by", sa.Text(), nullable=False),
        sa.Column(
            "handed_in_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('pair', 'triplet', 'burst')", name=op.f("ck_pairs_known_kind")),
        sa.CheckConstraint("factual_id <> counterfactual_id", name=op.f("ck_pairs_two_frames")),
        sa.ForeignKeyConstraint(
            ["counterfactual_id"],
            ["frames.photo_id"],
            name=op.f("fk_pairs_counterfactual_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["factual_id"], ["frames.photo_id"], name=op.f("fk_pairs_factual_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_pairs_item_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["shoot_id"], ["shoots.id"], name=op.f("fk_pairs_shoot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairs")),
        sa.UniqueConstraint(
            "factual_id", "counterfactual_id", name=op.f("uq_pairs_factual_id_counterfactual_id")
        ),
        sa.UniqueConstraint("item_id", name=op.f("uq_pairs_item_id")),
    )
    op.create_index(op.f("ix_pairs_counterfactual_id"), "pairs", ["counterfactual_id"])
    op.create_index(op.f("ix_pairs_shoot_id"), "pairs", ["shoot_id"])
    op.create_table(
        "pair_checks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pair_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("includes", sa.Text(), nullable=True),
        sa.Column("given_mask_sha256", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("alignment", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("mask_sha256", sa.Text(), nullable=False),
        sa.Column("effect_sha256", sa.Text(), nullable=False),
        sa.Column("alpha_sha256", sa.Text(), nullable=False),
        sa.Column("change_sha256", sa.Text(), nullable=False),
        sa.Column("report_sha256", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("verdict IN ('pass', 'warn', 'fail')", name=op.f("ck_pair_checks_known_verdict")),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pairs.id"], name=op.f("fk_pair_checks_pair_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_checks")),
    )
    op.create_index(op.f("ix_pair_checks_pair_id"), "pair_checks", ["pair_id"])
    op.add_column("decisions", sa.Column("check_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_decisions_check_id"), "decisions", "pair_checks", ["check_id"], ["id"], ondelete="RESTRICT"
    )
    op.create_table(
        "pair_masks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pair_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pairs.id"], name=op.f("fk_pair_masks_pair_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_masks")),
    )
    op.create_index(op.f("ix_pair_masks_pair_id"), "pair_masks", ["pair_id"])
    op.create_table(
        "pair_successions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("old_id", sa.BigInteger(), nullable=False),
        sa.Column("new_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("old_id <> new_id", name=op.f("ck_pair_successions_two_pairs")),
        sa.ForeignKeyConstraint(
            ["new_id"], ["pairs.id"], name=op.f("fk_pair_successions_new_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["old_id"], ["pairs.id"], name=op.f("fk_pair_successions_old_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_successions")),
    )
    op.create_index(op.f("ix_pair_successions_new_id"), "pair_successions", ["new_id"])
    op.create_index(op.f("ix_pair_successions_old_id"), "pair_successions", ["old_id"])
    op.drop_constraint(op.f("ck_review_items_known_kind"), "review_items", type_="check")
    for table in ("review_items", "review_rules"):
        op.create_check_constraint(op.f(f"ck_{table}_known_kind"), table, "kind IN ('group', 'pair')")
    op.execute(REFUSE_CHANGE)
    for table in ("pairs", "pair_successions", "pair_masks", "pair_checks"):
        op.execute(APPEND_ONLY.format(table=table))
