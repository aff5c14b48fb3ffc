"""Whether the runs and objects of edges are there is asked once for all that a statement writes.

A foreign key asks for each row by itself: 20 microseconds for an edge, which holds three. Edges are written by
the million and in one statement, so that one join and a trigger promise the same: they name what is there, and
what they name stays. (Not kept from a REPEATABLE READ transaction older than the edges, which cannot see them;
this program reads committed.)
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

REFERENCES = {"run_id": "mining_runs", "left_id": "objects", "right_id": "objects"}

# FOR KEY SHARE is what a foreign key takes: who deletes such a row waits for the edges, and meets them then.
NAMED_ROWS_ARE_THERE = """
CREATE FUNCTION refuse_edges_of_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    missing bigint;
BEGIN
    WITH named AS (SELECT DISTINCT run_id AS id FROM written),
    held AS (
        SELECT mining_runs.id FROM mining_runs JOIN named ON named.id = mining_runs.id
        ORDER BY mining_runs.id FOR KEY SHARE OF mining_runs
    )
    SELECT id INTO missing FROM named WHERE id NOT IN (SELECT id FROM held) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an edge names mining run %, which is not there', missing
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    WITH named AS (SELECT left_id AS id FROM written UNION SELECT right_id FROM written),
    held AS (
        SELECT objects.id FROM objects JOIN named ON named.id = objects.id
        ORDER BY objects.id FOR KEY SHARE OF objects
    )
    SELECT named.id INTO missing FROM named LEFT JOIN held ON held.id = named.id WHERE held.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an edge names object %, which is not there', missing
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER named_rows_are_there AFTER INSERT ON edges
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_edges_of_nothing();
CREATE TRIGGER named_rows_are_there_still AFTER UPDATE ON edges
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_edges_of_nothing();
"""
NAMED_ROWS_STAY = """
CREATE FUNCTION refuse_loss_to_edges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'mining_runs' AND EXISTS (SELECT FROM edges WHERE run_id = OLD.id)
        OR TG_TABLE_NAME = 'objects' AND EXISTS (SELECT FROM edges WHERE OLD.id IN (left_id, right_id))
    THEN
        RAISE EXCEPTION 'row % of % is named by an edge: % is refused', OLD.id, TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER edges_name_rows_that_stay AFTER DELETE OR UPDATE OF id ON mining_runs
    FOR EACH ROW EXECUTE FUNCTION refuse_loss_to_edges();
CREATE TRIGGER edges_name_rows_that_stay AFTER DELETE OR UPDATE OF id ON objects
    FOR EACH ROW EXECUTE FUNCTION refuse_loss_to_edges();

-- Objects are named by removals as well, which are never truncated.
CREATE FUNCTION refuse_truncation_under_edges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM edges) THEN
        RAISE EXCEPTION 'mining runs are named by edges: truncate these, too'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER edges_name_rows_that_stay_whole AFTER TRUNCATE ON mining_runs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncation_under_edges();
"""
KEYS_AGAIN = """
DROP TRIGGER edges_name_rows_that_stay_whole ON mining_runs;
DROP FUNCTION refuse_truncation_under_edges();
DROP TRIGGER edges_name_rows_that_stay ON objects;
DROP TRIGGER edges_name_rows_that_stay ON mining_runs;
DROP TRIGGER named_rows_are_there_still ON edges;
DROP TRIGGER named_rows_are_there ON edges;
DROP FUNCTION refuse_loss_to_edges();
DROP FUNCTION refuse_edges_of_nothing();
"""


def upgrade() -> None:
    op.execute(NAMED_ROWS_ARE_THERE)
    op.execute(NAMED_ROWS_STAY)
    for column in REFERENCES:
        op.drop_constraint(f"fk_edges_{column}", "edges")


def downgrade() -> None:
    for column, table in REFERENCES.items():
        op.create_foreign_key(f"fk_edges_{column}", "edges", table, [column], ["id"], ondelete="RESTRICT")
    op.execute(KEYS_AGAIN)
