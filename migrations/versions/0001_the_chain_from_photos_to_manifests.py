"""The chain from photos to manifests.

There is no way down: it would drop decisions, and those are never lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Take a decision back with a new one: curate decide undo.';
END
$$;
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "failures",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("stage", "subject", "fingerprint", name=op.f("pk_failures")),
    )
    op.create_table(
        "manifests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("directory", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifests")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_manifests_content_hash")),
    )
    op.create_table(
        "media_stores",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_media_stores_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_stores")),
    )
    op.create_table(
        "models",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_models_fingerprint")),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("orientation", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("exif", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("has_location", sa.Boolean(), nullable=False),
        sa.Column("perceptual_hash", sa.BigInteger(), nullable=False),
        sa.Column("thumbnail_sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("ingested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("sha256", name=op.f("uq_photos_sha256")),
    )
    op.create_table(
        "review_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('group')", name=op.f("ck_review_items_known_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_items_public_id")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("reviewer_kind", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("dropped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'undo') = (undoes_id IS NOT NULL)", name=op.f("ck_decisions_undo_names_a_decision")
        ),
        sa.CheckConstraint(
            "reviewer_kind IN ('person', 'automatic')", name=op.f("ck_decisions_known_reviewer_kind")
        ),
        sa.CheckConstraint(
            "verdict IN ('accept', 'reject', 'undo')", name=op.f("ck_decisions_known_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_decisions_item_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["decisions.id"], name=op.f("fk_decisions_undoes_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_decisions_public_id")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_decisions_undoes_id")),
    )
    op.create_index(op.f("ix_decisions_item_id"), "decisions", ["item_id"], unique=False)
    op.create_table(
        "detected",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("object_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_detected_model_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_detected_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("photo_id", "model_id", name=op.f("pk_detected")),
    )
    op.create_table(
        "manifest_photos",
        sa.Column("manifest_id", sa.BigInteger(), nullable=False),
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manifest_id"],
            ["manifests.id"],
            name=op.f("fk_manifest_photos_manifest_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_manifest_photos_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("manifest_id", "photo_id", name=op.f("pk_manifest_photos")),
    )
    op.create_index(op.f("ix_manifest_photos_photo_id"), "manifest_photos", ["photo_id"], unique=False)
    op.create_table(
        "mining_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("embedder_id", sa.BigInteger(), nullable=False),
        sa.Column("detector_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("rule IN ('compact', 'star')", name=op.f("ck_mining_runs_known_rule")),
        sa.ForeignKeyConstraint(
            ["detector_id"], ["models.id"], name=op.f("fk_mining_runs_detector_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["embedder_id"], ["models.id"], name=op.f("fk_mining_runs_embedder_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mining_runs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mining_runs_public_id")),
    )
    op.create_table(
        "objects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_objects_box_has_area")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_objects_model_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_objects_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objects")),
        sa.UniqueConstraint("public_id", name=op.f("uq_objects_public_id")),
    )
    op.create_index(op.f("ix_objects_photo_id_model_id"), "objects", ["photo_id", "model_id"], unique=False)
    op.create_table(
        "photo_files",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("state_token", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_files_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_photo_files")),
    )
    op.create_index(op.f("ix_photo_files_photo_id"), "photo_files", ["photo_id"], unique=False)
    op.create_table(
        "photo_splits",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "split IN ('train', 'validation', 'test')", name=op.f("ck_photo_splits_known_split")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_splits_photo_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_splits")),
    )
    op.create_table(
        "vector_blocks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("vector_count", sa.BigInteger(), nullable=False),
        sa.Column("dimension", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_vector_blocks_model_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_blocks")),
        sa.UniqueConstraint("model_id", "sha256", name=op.f("uq_vector_blocks_model_id_sha256")),
    )
    op.create_table(
        "edges",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("left_id", sa.BigInteger(), nullable=False),
        sa.Column("right_id", sa.BigInteger(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_edges_ordered")),
        sa.ForeignKeyConstraint(
            ["left_id"], ["objects.id"], name=op.f("fk_edges_left_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["objects.id"], name=op.f("fk_edges_right_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["mining_runs.id"], name=op.f("fk_edges_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("run_id", "left_id", "right_id", name=op.f("pk_edges")),
    )
    op.create_table(
        "embedded",
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("block_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"], ["vector_blocks.id"], name=op.f("fk_embedded_block_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_embedded_model_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_embedded_object_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("object_id", "model_id", name=op.f("pk_embedded")),
    )
    op.create_index(op.f("ix_embedded_block_id"), "embedded", ["block_id"], unique=False)
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("weakest", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_groups_item_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["mining_runs.id"], name=op.f("fk_groups_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("run_id", "item_id", name=op.f("uq_groups_run_id_item_id")),
    )
    op.create_index(op.f("ix_groups_item_id"), "groups", ["item_id"], unique=False)
    op.create_table(
        "manifest_decisions",
        sa.Column("manifest_id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_manifest_decisions_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["manifest_id"],
            ["manifests.id"],
            name=op.f("fk_manifest_decisions_manifest_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("manifest_id", "decision_id", name=op.f("pk_manifest_decisions")),
    )
    op.create_table(
        "pair_facts",
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("left_id", sa.BigInteger(), nullable=False),
        sa.Column("right_id", sa.BigInteger(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('same', 'different', 'variant')", name=op.f("ck_pair_facts_known_relation")
        ),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_pair_facts_ordered")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_pair_facts_decision_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["left_id"], ["objects.id"], name=op.f("fk_pair_facts_left_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["objects.id"], name=op.f("fk_pair_facts_right_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("decision_id", "left_id", "right_id", name=op.f("pk_pair_facts")),
    )
    op.create_index(
        op.f("ix_pair_facts_left_id_right_id"), "pair_facts", ["left_id", "right_id"], unique=False
    )
    op.create_index(op.f("ix_pair_facts_right_id"), "pair_facts", ["right_id"], unique=False)
    op.create_table(
        "review_members",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_review_members_item_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_review_members_object_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("item_id", "object_id", name=op.f("pk_review_members")),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_group_members_group_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_group_members_object_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("group_id", "object_id", name=op.f("pk_group_members")),
    )
    op.execute(APPEND_ONLY)
