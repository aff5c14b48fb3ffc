"""Recurrence groups in Postgres and in the review queue, for tests that need no pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from curate.database import fingerprints, mining, objects, refill, rules
from curate.database.mining import GroupRow
from curate.database.tables import (
    Base,
    Decision,
    MiningRun,
    Object,
    PairFact,
    Photo,
    PhotoFile,
    QueuedItem,
    ReviewLease,
    ReviewSkip,
)
from curate.settings import Settings
from curate.workspace import Workspace
from mined_rows import edge_rows

BAND = {"low": 0.5, "high": 0.95, "provenance": "tests"}


def workspace_at(database_url: str, root: Path) -> Workspace:
    return Workspace(root, Settings(workspace_id="tests", database_url=SecretStr(database_url)))


def start_over(session: Session) -> None:
    """Empty every table and number from 1 again, so that the same calls make the same rows once more."""
    _allow_any_change(session)
    session.execute(text(f"TRUNCATE {', '.join(Base.metadata.tables)} RESTART IDENTITY"))


def forget_decisions(session: Session) -> None:
    """Make every queued item one that nobody has seen yet."""
    _allow_any_change(session)
    for table in (ReviewLease, ReviewSkip, PairFact, Decision):
        session.execute(delete(table))
    refill.resettle(session, rules.rule(session))


def _allow_any_change(session: Session) -> None:
    """Until the transaction ends; a trigger keeps decisions append-only."""
    session.execute(text("SET LOCAL session_replication_role = replica"))


def settled(session: Session) -> dict[int, tuple[str, int, list[str]]]:
    """State, votes wanted and voters of every queued item, by key."""
    rows = select(QueuedItem.item_id, QueuedItem.state, QueuedItem.votes_wanted, QueuedItem.voters)
    return {key: (state, wanted, voters) for key, state, wanted, voters in session.execute(rows)}


def settled_anew(session: Session) -> dict[int, tuple[str, int, list[str]]]:
    """The same after everything was derived once more from all decisions, which is not kept."""
    with session.begin_nested() as attempt:
        refill.resettle(session, rules.rule(session))
        found = settled(session)
        attempt.rollback()
    return found


def queue_groups(
    session: Session, groups: Sequence[Sequence[int]], weakest: Sequence[float] | None = None
) -> list[UUID]:
    """Mine these groups of numbered objects, every object in a photo of its own; the items' ids.

    Every call makes new objects and a new run, which takes the place of the one in the queue.
    """
    return mine_groups(session, store_objects(session, max(map(max, groups)) + 1), groups, weakest)


def mine_groups(
    session: Session,
    made: Sequence[tuple[int, UUID]],
    groups: Sequence[Sequence[int]],
    weakest: Sequence[float] | None = None,
) -> list[UUID]:
    """Put a new run in the queue, whose groups are of these objects; the items' ids."""
    lows = weakest or [0.6 + 0.3 * n / len(groups) for n in range(len(groups))]
    rows = [
        GroupRow(
            tuple(made[n][0] for n in group),
            tuple(made[n][1] for n in group),
            (1.0,) + (0.9,) * (len(group) - 1),
            low,
        )
        for group, low in zip(groups, lows, strict=True)
    ]
    pairs = {
        (*sorted(pair), 0.9 if n else low)
        for row, low in zip(rows, lows, strict=True)
        for n, pair in enumerate(reversed(list(combinations(row.members, 2))))
    }
    edges = {(left, right): cosine for left, right, cosine in sorted(pairs, reverse=True)}
    mining.record_run(
        session,
        public_id=UUID(int=1 + _runs(session)),
        embedder_id=fingerprints.ensure(session, "e" * 64, "embedder", "none"),
        detector_id=fingerprints.ensure(session, "d" * 64, "detector", "drawn"),
        rule="compact",
        parameters={"band": BAND},
        counts={},
        edges=edge_rows((*pair, cosine) for pair, cosine in edges.items()),
        groups=rows,
    )
    refill.refresh(session)
    return [mining.group_id(row.public_ids) for row in rows]


def _runs(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(MiningRun)) or 0


def store_objects(session: Session, count: int) -> list[tuple[int, UUID]]:
    """Key and public id of ``count`` new objects, by number; their ids rise with it."""
    batch = session.scalar(select(func.coalesce(func.max(Object.id), 0)))
    model = fingerprints.ensure(session, "d" * 64, "detector", "drawn")
    names = [f"{batch} {n}" for n in range(count)]
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    photo = {
        "byte_count": 1, "format": "JPEG", "width": 640, "height": 480, "orientation": 1, "mode": "RGB",
        "exif": {}, "has_location": False, "perceptual_hash": 0, "thumbnail_sha256": "0" * 64,
    }  # fmt: skip
    photos = session.scalars(
        insert(Photo).returning(Photo.id, sort_by_parameter_order=True),
        [{"sha256": digest, **photo} for digest in digests],
    ).all()
    files = [
        {"uri": f"file:///photos/{name.replace(' ', '%20')}.jpg", "photo_id": key, "state_token": "t"}
        for name, key in zip(names, photos, strict=True)
    ]
    session.execute(insert(PhotoFile), files)
    box = {"x": 10.0, "y": 20.0, "width": 100.0, "height": 120.0, "score": 0.9, "label": "jug"}
    ids = [UUID(int=(batch << 64) + n) for n in range(count)]
    session.execute(
        insert(Object),
        [
            {"public_id": public_id, "photo_id": key, "model_id": model, **box}
            for public_id, key in zip(ids, photos, strict=True)
        ],
    )
    keys = objects.keys(session, ids)
    return [(keys[public_id], public_id) for public_id in ids]
