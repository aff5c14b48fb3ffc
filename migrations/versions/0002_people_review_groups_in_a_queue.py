"""People review groups in a queue: leases, consensus, roles; members are marked in more ways than dropped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# Altering the type rewrites the table without firing the trigger that keeps decisions append-only.
DROPPED_BECOMES_MARKS = """
CREATE FUNCTION marks_of(dropped jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(member, 'different'), '{}') FROM jsonb_array_elements_text(dropped) AS member
$$;
ALTER TABLE decisions RENAME COLUMN dropped TO marks;
ALTER TABLE decisions ALTER COLUMN marks TYPE jsonb USING marks_of(marks);
DROP FUNCTION marks_of;
"""
# An older program knows members that were dropped and no other marks.
MARKS_BECOME_DROPPED = """
CREATE FUNCTION dropped_of(marks jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_agg(member ORDER BY member), '[]') FROM jsonb_object_keys(marks) AS member
$$;
ALTER TABLE decisions RENAME COLUMN marks TO dropped;
ALTER TABLE decisions ALTER COLUMN dropped TYPE jsonb USING dropped_of(dropped);
DROP FUNCTION dropped_of;
"""


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("email = lower(email) AND email <> ''", name=op.f("ck_people_lower_case")),
        sa.CheckConstraint(
            "role IN ('photographer', 'curator', 'adjudicator', 'admin')", name=op.f("ck_people_known_role")
        ),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_people")),
    )
    op.create_table(
        "review_queue",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("random_draw", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("votes_wanted", sa.BigInteger(), nullable=False),
        sa.Column("voters", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'rejected', 'partial', 'disputed', 'flagged')",
            name=op.f("ck_review_queue_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_review_queue_item_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_review_queue")),
    )
    op.create_index(
        "ix_review_queue_adjudicated",
        "review_queue",
        ["position"],
        postgresql_where=sa.text("state IN ('disputed', 'flagged')"),
    )
    op.create_index(
        "ix_review_queue_wanted", "review_queue", ["position"], postgresql_where=sa.text("votes_wanted > 0")
    )
    op.create_table(
        "review_leases",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("seat", sa.Uuid(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_queue.item_id"], name=op.f("fk_review_leases_item_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("item_id", "reviewer", name=op.f("pk_review_leases")),
    )
    op.create_index(op.f("ix_review_leases_reviewer_seat"), "review_leases", ["reviewer", "seat"])
    op.create_table(
        "review_rules",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("votes_needed", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("votes_asked", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("ordering", sa.Text(), server_default="uncertain", nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "ordering IN ('uncertain', 'likely')", name=op.f("ck_review_rules_known_ordering")
        ),
        sa.CheckConstraint(
            "votes_needed BETWEEN 1 AND votes_asked", name=op.f("ck_review_rules_votes_can_agree")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["mining_runs.id"], name=op.f("fk_review_rules_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_review_rules")),
    )
    op.create_table(
        "review_skips",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_queue.item_id"], name=op.f("fk_review_skips_item_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("item_id", "reviewer", name=op.f("pk_review_skips")),
    )
    op.create_index(op.f("ix_review_members_object_id"), "review_members", ["object_id"])
    op.execute(DROPPED_BECOMES_MARKS)
    op.add_column(
        "decisions", sa.Column("adjudicates", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("decisions", sa.Column("event_id", sa.Uuid(), nullable=True))
    op.add_column("decisions", sa.Column("seconds", sa.Double(), nullable=True))
    op.create_index(op.f("ix_decisions_reviewer_id"), "decisions", ["reviewer", "id"])
    op.create_unique_constraint(op.f("uq_decisions_event_id"), "decisions", ["event_id"])
    _known("decisions", "verdict", "known_verdict", ["accept", "reject", "flag", "undo"])
    _known(
        "pair_facts",
        "relation",
        "known_relation",
        ["same", "different", "variant", "near_duplicate", "unsaid"],
    )


def downgrade() -> None:
    _known("pair_facts", "relation", "known_relation", ["same", "different", "variant"])
    _known("decisions", "verdict", "known_verdict", ["accept", "reject", "undo"])
    op.drop_constraint(op.f("uq_decisions_event_id"), "decisions", type_="unique")
    op.drop_index(op.f("ix_decisions_reviewer_id"), table_name="decisions")
    op.drop_column("decisions", "seconds")
    op.drop_column("decisions", "event_id")
    op.drop_column("decisions", "adjudicates")
    op.execute(MARKS_BECOME_DROPPED)
    op.drop_index(op.f("ix_review_members_object_id"), table_name="review_members")
    for table in ("review_skips", "review_rules", "review_leases", "review_queue", "people"):
        op.drop_table(table)


def _known(table: str, column: str, constraint: str, words: list[str]) -> None:
    """Let a column hold these words and no others."""
    name = op.f(f"ck_{table}_{constraint}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(map(repr, words))})")
