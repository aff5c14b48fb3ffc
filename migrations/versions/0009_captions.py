"""Captions: what captioners and people say of objects.

There is no way down: it would drop what people wrote, and that is never lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = CASE
            WHEN TG_TABLE_NAME = 'decisions' THEN 'Take a decision back with a new one: curate decide undo.'
            WHEN TG_TABLE_NAME = 'captions' THEN 'Write another caption: curate caption set.'
            WHEN TG_TABLE_NAME LIKE 'removal%' THEN 'Remove the object in another way: curate remove.'
            ELSE 'Hand in a pair that takes its place: curate pairs add --supersedes.'
        END;
END
$$;
"""
APPEND_ONLY = """
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON captions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON captions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "captions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(model_id IS NULL) <> (by IS NULL)", name=op.f("ck_captions_one_source")),
        sa.CheckConstraint(
            "model_id IS NULL OR text <> ''", name=op.f("ck_captions_captioners_say_something")
        ),
        sa.CheckConstraint("char_length(text) <= 500", name=op.f("ck_captions_short")),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_captions_object_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_captions_model_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captions")),
        sa.UniqueConstraint("event_id", name=op.f("uq_captions_event_id")),
        sa.UniqueConstraint("object_id", "model_id", name=op.f("uq_captions_object_id_model_id")),
    )
    op.create_index(op.f("ix_captions_model_id_id"), "captions", ["model_id", "id"])
    op.execute(REFUSE_CHANGE)
    op.execute(APPEND_ONLY)
