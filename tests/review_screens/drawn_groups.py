"""Workspaces with drawn groups to judge: made once, then copied, database and folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from curate.database import mining, refill
from curate.database.mining import GroupRow
from curate.database.tables import MiningRun, Object
from curate.workspace import MARKER, Workspace
from drawn_shelves import PER_SHELF, SIGHTINGS, draw_shelves
from fixtures_postgres import TEMPLATE, fresh, named, run
from many_groups import make_many_groups
from mined_rows import edge_rows


@dataclass(frozen=True)
class Drawn:
    root: Path
    database: str
    url: str
    admin: Engine

    @contextmanager
    def copy(self, root: Path) -> Iterator[Workspace]:
        """A workspace of one's own; its photos stay where they are."""
        shutil.copytree(self.root, root, ignore=shutil.ignore_patterns("photos"))
        for url in fresh(self.url, self.admin, self.database):
            with with_database(root, url) as opened:
                yield opened


def with_database(root: Path, url: str) -> Workspace:
    """Write into a workspace where its database is, and open it."""
    with (root / MARKER).open("a", encoding="utf-8") as settings:
        settings.write(f'database_url = "{url}"\n')
    return Workspace.open(root)


def draw(root: Path, url: str, admin: Engine, groups: int = 100, objects: int = 500) -> Drawn:
    """Make the workspace that others are copied from, in a database of its own on this server."""
    database = f"drawn_{uuid4().hex}"
    run(admin, f"CREATE DATABASE {database} TEMPLATE {TEMPLATE}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CURATE_DATABASE_URL", named(url, database))
        make_many_groups(root, groups, objects)
    return Drawn(root, database, url, admin)


def mine_larger(session: Session, sizes: tuple[int, ...]) -> None:
    """Mine once more: groups of these sizes, each of one thing, the first group the weakest.

    Mined again with a larger size, a group holds the same views and new ones.

    The workspace is one of ``draw`` with twenty photos, on which every thing stands once.
    """
    shelves = list(draw_shelves(SIGHTINGS, 0))
    latest = session.scalars(select(MiningRun).order_by(MiningRun.id.desc()).limit(1)).one()
    rows, edges = [], []
    for thing, size in enumerate(sizes):
        keys = [n * PER_SHELF + shelf.things.index(thing) + 1 for n, shelf in enumerate(shelves[:size])]
        ids = {key: public for key, public in session.execute(_public_ids(keys))}
        pairs = list(combinations(keys, 2))
        cosines = [0.6 + 0.01 * thing + 0.3 * n / len(pairs) for n in range(len(pairs), 0, -1)]
        edges += [(*pair, cosine) for pair, cosine in zip(pairs, cosines, strict=True)]
        to_anchor = (1.0, *cosines[: size - 1])
        rows.append(GroupRow(tuple(keys), tuple(ids[key] for key in keys), to_anchor, min(cosines)))
    mining.record_run(
        session,
        public_id=uuid4(),
        embedder_id=latest.embedder_id,
        detector_id=latest.detector_id,
        rule=latest.rule,
        parameters=latest.parameters,
        counts=latest.counts,
        edges=edge_rows(edges),
        groups=rows,
    )
    refill.refresh(session)


def _public_ids(keys: list[int]):
    return select(Object.id, Object.public_id).where(Object.id.in_(keys))
