"""A run on its way into Postgres: in bulk, all of it or nothing, whoever else stores one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from uuid import UUID

import pytest
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from curate.database import fingerprints, mining
from curate.database.connection import engine, session_scope
from curate.database.mining import GroupRow, group_id
from curate.database.mining_rows import store_edges
from curate.database.tables import Group, GroupMember, MiningRun, ReviewItem, ReviewMember
from curate.errors import DatabaseError
from mined_rows import edge_rows
from queued import store_objects

Made = Sequence[tuple[int, UUID]]
TABLES = ("mining_runs", "edges", "groups", "group_members", "review_items", "review_members")


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    opened = engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def made(database: Engine) -> Made:
    with session_scope(database) as session:
        return store_objects(session, 9)


def group(made: Made, *members: int, weakest: float = 0.6) -> GroupRow:
    cosines = (1.0, *(0.9 - n / 100 for n in range(len(members) - 1)))
    return GroupRow(tuple(made[n][0] for n in members), tuple(made[n][1] for n in members), cosines, weakest)


def store(session: Session, number: int, groups: Iterable[GroupRow]) -> bool:
    model = fingerprints.ensure(session, "e" * 64, "embedder", "none")
    pairs = combinations(range(1, 10), 2)
    run = mining.record_run(
        session,
        public_id=UUID(int=number),
        embedder_id=model,
        detector_id=model,
        rule="star",
        parameters={},
        counts={},
        # As objects are compared by their public ids, either key may be the lower one.
        edges=edge_rows((b, a, 0.5 + a / 100) if a % 2 else (a, b, 0.5 + a / 100) for a, b in pairs),
        groups=groups,
    )
    return run is not None


def stored(database: Engine) -> dict[str, int]:
    with session_scope(database) as session:
        return {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES
        }


def views(database: Engine, number: int) -> dict[UUID, list[tuple[int, int, float]]]:
    """Key, rank and similarity of the members of each group of a run, by rank."""
    rows = (
        select(ReviewItem.public_id, GroupMember.object_id, GroupMember.rank, GroupMember.similarity)
        .join(Group, Group.item_id == ReviewItem.id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(MiningRun, MiningRun.id == Group.run_id)
        .where(MiningRun.public_id == UUID(int=number))
        .order_by(GroupMember.rank)
    )
    found: dict[UUID, list[tuple[int, int, float]]] = {}
    with session_scope(database) as session:
        for item, *view in session.execute(rows):
            found.setdefault(item, []).append(tuple(view))
    return found


def test_a_run_is_stored_as_it_was_found(database, made):
    rows = [group(made, 4, 1, 7), group(made, 0, 8)]
    with session_scope(database) as session:
        assert store(session, 1, rows)
        edges = session.execute(text("SELECT left_id, right_id, similarity FROM edges ORDER BY 1, 2")).all()
        weakest = session.execute(text("SELECT weakest FROM groups")).scalars().all()
        members = session.execute(select(ReviewMember.object_id)).scalars().all()
    assert edges == [(a, b, 0.5 + a / 100) for a, b in combinations(range(1, 10), 2)]
    assert weakest == [0.6, 0.6]
    assert sorted(members) == sorted(made[n][0] for n in (4, 1, 7, 0, 8))
    assert views(database, 1) == {
        group_id(row.public_ids): [
            (key, rank, cosine)
            for rank, (key, cosine) in enumerate(zip(row.members, row.similarities, strict=True))
        ]
        for row in rows
    }


def test_a_run_without_edges_and_groups_is_stored(database):
    with session_scope(database) as session:
        model = fingerprints.ensure(session, "e" * 64, "embedder", "none")
        run = mining.record_run(
            session, public_id=UUID(int=1), embedder_id=model, detector_id=model, rule="star",
            parameters={}, counts={}, edges=edge_rows(), groups=[],
        )  # fmt: skip
        assert run is not None
    assert stored(database) == {**dict.fromkeys(TABLES, 0), "mining_runs": 1}


@pytest.mark.parametrize(("run", "left", "right", "missing"), [
    (7, 1, 2, "mining run 7"), (1, -1, 2, "object -1"), (1, 1, 99, "object 99"),
])  # fmt: skip
def test_an_edge_names_a_run_and_objects_that_are_there(database, made, run, left, right, missing):
    with session_scope(database) as session:
        assert store(session, 1, [])
        first = session.execute(text("SELECT id FROM mining_runs")).scalar_one()
        session.execute(text("DELETE FROM edges"))
    before, rows = stored(database), edge_rows([(4, 5, 0.5), (left, right, 0.5)])
    with pytest.raises(ForeignKeyViolation, match=f"names {missing}"), session_scope(database) as session:
        store_edges(session, first if run == 1 else run, rows)
    assert stored(database) == before


@pytest.mark.parametrize("change", [
    "DELETE FROM objects WHERE id = 9", "UPDATE objects SET id = DEFAULT WHERE id = 1",
    "DELETE FROM mining_runs", "UPDATE mining_runs SET id = DEFAULT",
    "UPDATE edges SET right_id = 99 WHERE left_id = 8", "UPDATE edges SET run_id = 7",
])  # fmt: skip
def test_what_an_edge_names_stays(database, made, change):
    with session_scope(database) as session:
        assert store(session, 1, [])
    with pytest.raises(IntegrityError, match="an edge"), session_scope(database) as session:
        session.execute(text(change))
    with session_scope(database) as session:
        session.execute(text("DELETE FROM edges"))
        if not change.startswith("UPDATE edges"):
            assert session.connection().execute(text(change)).rowcount == 1


def test_runs_that_edges_name_are_truncated_together_with_them_only(database, made):
    with session_scope(database) as session:
        assert store(session, 1, [])
    with pytest.raises(IntegrityError, match="named by edges"), session_scope(database) as session:
        session.execute(text("TRUNCATE mining_runs CASCADE"))
    with session_scope(database) as session:
        session.execute(text("TRUNCATE mining_runs, edges CASCADE"))
    assert stored(database)["edges"] == 0


def test_who_deletes_an_object_waits_for_edges_that_are_being_stored(database, made):
    def delete() -> None:
        with session_scope(database) as session:
            session.execute(text("DELETE FROM objects WHERE id = 9"))

    with ThreadPoolExecutor(1) as pool:
        with session_scope(database) as session:
            assert store(session, 1, [])
            other = pool.submit(delete)
            while not waiting(database):
                assert not other.done(), other.result()
        with pytest.raises(IntegrityError, match="named by an edge"):
            other.result()


def test_the_same_run_again_changes_nothing(database, made):
    with session_scope(database) as session:
        assert store(session, 1, [group(made, 0, 1)])
    before = stored(database)
    with session_scope(database) as session:
        assert not store(session, 1, [group(made, 2, 3)])
    assert stored(database) == before


def test_runs_that_share_a_group_share_its_item(database, made):
    with session_scope(database) as session:
        assert store(session, 1, [group(made, 0, 1, 2), group(made, 3, 4)])
        assert store(session, 2, [group(made, 2, 1, 0, weakest=0.7), group(made, 5, 6)])  # in one transaction
    assert stored(database) | {"edges": 0} == {
        "mining_runs": 2, "edges": 0, "groups": 4, "group_members": 10,
        "review_items": 3, "review_members": 7,
    }  # fmt: skip
    shared = group_id([made[n][1] for n in (0, 1, 2)])
    assert [view[0] for view in views(database, 1)[shared]] == [made[n][0] for n in (0, 1, 2)]
    assert [view[0] for view in views(database, 2)[shared]] == [made[n][0] for n in (2, 1, 0)]


def test_of_two_stars_with_the_same_members_the_first_is_stored(database, made):
    with session_scope(database) as session:
        assert store(session, 1, [group(made, 1, 0, 2, weakest=0.8), group(made, 0, 1, 2)])
    ((found),) = views(database, 1).values()
    assert [view[0] for view in found] == [made[n][0] for n in (1, 0, 2)]


def test_two_that_store_the_same_groups_at_once_wait_for_each_other_and_end_well(database, made):
    shared = [group(made, n, n + 1) for n in range(8)]

    def second() -> bool:
        with session_scope(database) as session:
            return store(session, 2, shared[::-1])

    with ThreadPoolExecutor(1) as pool:
        with session_scope(database) as session:
            assert store(session, 1, shared)
            other = pool.submit(second)
            while not waiting(database):
                assert not other.done(), other.result()
        assert other.result()
    found = stored(database)
    assert (found["groups"], found["review_items"], found["review_members"]) == (16, 8, 16)
    assert views(database, 1) == views(database, 2)


def waiting(database: Engine) -> bool:
    with session_scope(database) as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_command_that_breaks_off_in_the_middle_leaves_nothing(database, made):
    def cut_off(session: Session) -> Iterator[GroupRow]:
        yield group(made, 0, 1)
        assert session.scalar(text("SELECT count(*) FROM edges")) == 36
        backend = session.scalar(text("SELECT pg_backend_pid()"))
        with session_scope(database) as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": backend})
        yield group(made, 2, 3)

    before = stored(database)
    with (
        pytest.raises(DatabaseError, match="connection to Postgres broke"),
        session_scope(database) as session,
    ):
        store(session, 1, cut_off(session))
    assert stored(database) == before
