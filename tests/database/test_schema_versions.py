"""Schema versions: who is upgraded, who is refused, and that migrations and tables agree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, inspect, text

from curate.database import schema
from curate.database.connection import engine
from curate.database.tables import Base
from curate.errors import SchemaError

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    made = engine(empty_database_url)
    yield made
    made.dispose()


@pytest.fixture
def migrated(database_url: str) -> Iterator[Engine]:
    made = engine(database_url)
    yield made
    made.dispose()


def migrate(database: Engine, revision: str, *, down: bool = False) -> None:
    from alembic import command
    from alembic.config import Config

    with database.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(schema.migrations()))
        (command.downgrade if down else command.upgrade)(config, revision)


def stamp(database: Engine, revision: str) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_an_empty_database_says_what_to_type_and_is_upgraded_once(empty: Engine) -> None:
    with pytest.raises(SchemaError, match="no tables yet: type `curate database upgrade`"):
        schema.check(empty)
    assert schema.upgrade(empty) is True
    assert schema.upgrade(empty) is False
    schema.check(empty)
    assert set(inspect(empty).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_decisions_on_groups_outlive_the_arrival_of_pairs(empty: Engine) -> None:
    migrate(empty, "0002")
    with empty.begin() as connection:
        connection.execute(
            text("INSERT INTO review_items (public_id, kind) VALUES (gen_random_uuid(), 'group')")
        )
        connection.execute(
            text(
                "INSERT INTO decisions (public_id, item_id, reviewer, reviewer_kind, verdict, marks)"
                " SELECT gen_random_uuid(), id, 'ada', 'person', 'accept', '{}' FROM review_items"
            )
        )
        decisions, rules = _rows(connection, "decisions"), _rows(connection, "review_rules")
    schema.upgrade(empty)
    with empty.connect() as connection:
        assert [each | {"check_id": None} for each in decisions] == _rows(connection, "decisions")
        assert all(each in _rows(connection, "review_rules") for each in rules)


def test_folders_of_manifests_and_what_is_said_of_living_photos_outlive_the_upgrade(empty: Engine) -> None:
    migrate(empty, "0010")
    with empty.begin() as connection:
        connection.execute(
            text("""
                INSERT INTO manifests (content_hash, name, version, task, spec, counts, directory)
                VALUES ('c', 'n', '1', 'subject', '{}', '{}', '/out/n-1');
                INSERT INTO photos (sha256, byte_count, format, width, height, orientation, mode, exif,
                                    has_location, perceptual_hash, thumbnail_sha256, source, consent)
                SELECT sha256, 1, 'JPEG', 1, 1, 1, 'RGB', '{}', false, 0, '', 'Anna', 'Anna'
                FROM unnest(ARRAY['gone', 'living']) AS sha256;
                INSERT INTO models (fingerprint, role, name) VALUES ('f', 'detector', 'd');
                INSERT INTO objects (public_id, photo_id, model_id, x, y, width, height, score, label)
                SELECT gen_random_uuid(), photos.id, models.id, 0, 0, 1, 1, 1, 'jug' FROM photos, models;
                INSERT INTO captions (object_id, by, text) SELECT id, 'eve', 'Anna' FROM objects;
                INSERT INTO takedowns (photo_id, by, finished_at)
                SELECT id, 'eve', now() FROM photos WHERE sha256 = 'gone';
            """)
        )
    schema.upgrade(empty)
    with empty.connect() as connection:
        assert [row["directory"] for row in _rows(connection, "manifest_folders")] == ["/out/n-1"]
        told = {row["sha256"]: (row["source"], row["consent"]) for row in _rows(connection, "photos")}
        assert told == {"gone": (None, None), "living": ("Anna", "Anna")}
        assert len(_rows(connection, "captions")) == 1


def test_edges_have_foreign_keys_again_after_the_way_down(migrated: Engine) -> None:
    def keys() -> set[tuple[str, str]]:
        found = inspect(migrated).get_foreign_keys("edges")
        return {(each["constrained_columns"][0], each["referred_table"]) for each in found}

    assert keys() == set()
    migrate(migrated, "0014", down=True)
    assert keys() == {("run_id", "mining_runs"), ("left_id", "objects"), ("right_id", "objects")}
    schema.upgrade(migrated)
    assert keys() == set()


def _rows(connection: Connection, table: str) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]


def test_a_database_of_a_newer_program_is_refused(migrated: Engine) -> None:
    stamp(migrated, "9999")
    for call in (schema.check, schema.upgrade):
        with pytest.raises(SchemaError, match="at schema 9999, which this program"):
            call(migrated)


def test_an_older_database_names_both_versions(migrated: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = (*schema.revisions(), "9999")
    monkeypatch.setattr(schema, "revisions", lambda: newer)
    with pytest.raises(SchemaError, match=rf"at schema {newer[-2]}, the program needs 9999: type `curate"):
        schema.check(migrated)


def test_two_processes_may_upgrade_at_once(empty_database_url: str) -> None:
    script = (
        "import sys; from curate.database import schema; from curate.database.connection import engine;"
        "print(schema.upgrade(engine(sys.argv[1])))"
    )
    command = [sys.executable, "-c", script, empty_database_url]
    both = [subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(process.communicate()[0].strip() for process in both) == ["False", "True"]


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(empty: Engine) -> None:
    last = list(Base.metadata.tables)[-1]
    with empty.begin() as connection:
        connection.execute(text(f'CREATE TABLE "{last}" (in_the_way int)'))
    with pytest.raises(Exception, match="already exists"):
        schema.upgrade(empty)
    assert inspect(empty).get_table_names() == [last]


def test_members_that_were_dropped_before_marks_existed_are_marked_different(empty: Engine) -> None:
    migrate(empty, "0001")
    with empty.begin() as connection:
        connection.execute(
            text("""
                INSERT INTO review_items (public_id, kind) VALUES (gen_random_uuid(), 'group');
                INSERT INTO decisions (public_id, item_id, reviewer, reviewer_kind, verdict, dropped)
                SELECT gen_random_uuid(), id, 'ada', 'person', 'accept', dropped::jsonb
                FROM review_items, unnest(ARRAY['["b", "c"]', '[]']) AS dropped
            """)
        )
    schema.upgrade(empty)
    with empty.connect() as connection:
        marks = connection.execute(text("SELECT marks FROM decisions ORDER BY id")).scalars().all()
    assert marks == [{"b": "different", "c": "different"}, {}]


def test_migrations_and_tables_agree(migrated: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    with migrated.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(schema.migrations()))
        command.check(config)


def test_the_folder_listing_gives_the_same_revisions_as_alembic() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(schema.migrations()))
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(schema.revisions()))
    assert scripts.get_current_head() == schema.needed()


def test_a_check_with_nothing_to_do_does_not_import_alembic(database_url: str) -> None:
    script = (
        "import sys; from curate.database import schema; from curate.database.connection import engine;"
        "made = engine(sys.argv[1]); schema.check(made); schema.upgrade(made);"
        "print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", script, database_url]
    assert subprocess.check_output(command, cwd=REPOSITORY, text=True).strip() == "False"
