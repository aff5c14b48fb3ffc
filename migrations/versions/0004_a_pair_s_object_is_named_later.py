"""The object of a pair may be named once, later than the pair was handed in; all else of it stays."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

REFUSE_ALL_BUT_NAMING = """
DROP TRIGGER append_only_rows ON pairs;
CREATE TRIGGER append_only_rows BEFORE DELETE ON pairs
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_values BEFORE UPDATE ON pairs
    FOR EACH ROW
    WHEN (OLD.object_name IS NOT NULL OR to_jsonb(NEW) - 'object_name' <> to_jsonb(OLD) - 'object_name')
    EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(REFUSE_ALL_BUT_NAMING)
