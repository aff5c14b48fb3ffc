"""Every folder that a manifest was written to is remembered, and captions go when their photo is taken down.

There is no way down: it would forget where copies of a photo lie.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

CAPTIONS_OF_LIVING_PHOTOS_STAY = """
CREATE FUNCTION refuse_deletion_of_living() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM objects JOIN takedowns ON takedowns.photo_id = objects.photo_id
        WHERE objects.id = OLD.object_id
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write another caption: curate caption set.';
END
$$;
DROP TRIGGER append_only_rows ON captions;
CREATE TRIGGER append_only_rows BEFORE DELETE ON captions
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_living();
CREATE TRIGGER append_only_values BEFORE UPDATE ON captions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOTHING_OF_THEM_STAYS = """
DELETE FROM captions USING objects, takedowns
    WHERE objects.id = captions.object_id AND takedowns.photo_id = objects.photo_id
    AND takedowns.finished_at IS NOT NULL;
UPDATE photos SET source = NULL, consent = NULL FROM takedowns
    WHERE takedowns.photo_id = photos.id AND takedowns.finished_at IS NOT NULL;
"""


def upgrade() -> None:
    op.create_table(
        "manifest_folders",
        sa.Column("manifest_id", sa.BigInteger(), nullable=False),
        sa.Column("directory", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["manifest_id"],
            ["manifests.id"],
            name=op.f("fk_manifest_folders_manifest_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("manifest_id", "directory", name=op.f("pk_manifest_folders")),
    )
    op.execute(
        "INSERT INTO manifest_folders (manifest_id, directory, written_at) "
        "SELECT id, directory, written_at FROM manifests"
    )
    op.drop_column("manifests", "directory")
    op.execute(CAPTIONS_OF_LIVING_PHOTOS_STAY)
    op.execute(NOTHING_OF_THEM_STAYS)
