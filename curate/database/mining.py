"""Mining runs: which objects take part, and the edges and groups that were found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Double, Select, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from curate.database import frames, objects, run_objects, takedowns
from curate.database.columns import Columns, read_columns, whole_tables
from curate.database.mining_rows import EdgeRows, GroupRow, group_id, store_edges, store_groups
from curate.database.run_objects import Compared
from curate.database.tables import Embedded, Group, GroupMember, MiningRun, Model, Object, Photo, ReviewItem
from curate.errors import NotFoundError
from curate.records import DetectedObject, MiningFilter

__all__ = ["EdgeRows", "GroupRow", "group_id"]

_embedding, _detecting = aliased(Model), aliased(Model)


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """A group read back, with its members in rank order."""

    public_id: UUID
    rule: str
    weakest: float
    members: tuple[DetectedObject, ...]
    similarities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run with the names of its models."""

    run: MiningRun
    embedder: str
    detector: str
    groups: int
    """With those that hold photos which were taken down since."""


def candidates(session: Session, detector_id: int, embedder_id: int, rule: MiningFilter) -> Columns:
    """Objects of one detector with a vector of one embedder that pass the filter, in public id order.

    Photos that became frames of pairs after they were ingested, or were taken down, take no part.

    Returns:
        ``key``, ``public_id``, ``photo``, and where the vector lies: ``block`` and ``row``. 48 bytes each.
    """
    # Divided as it is, SQLAlchemy would have Postgres count in decimal numbers.
    share = Object.width * Object.height / cast(Photo.width * Photo.height, Double)
    rows = (
        select(Object.id, Object.public_id, Object.photo_id, Embedded.block_id, Embedded.row)
        .join(Photo, Photo.id == Object.photo_id)
        .join(Embedded, Embedded.object_id == Object.id)
        .where(
            Object.model_id == detector_id,
            Embedded.model_id == embedder_id,
            Object.score >= rule.min_confidence,
            share >= rule.min_share,
            share <= rule.max_share,
            func.least(Object.width, Object.height) >= rule.min_side,
            Object.label.not_in(rule.exclude_labels),
            ~frames.is_frame(),
            takedowns.living(Photo.id),
        )
    )
    kinds = {"key": "i8", "public_id": "S16", "photo": "i8", "block": "i8", "row": "i8"}
    with whole_tables(session):
        found = read_columns(session, rows, kinds)
    order = np.argsort(found["public_id"])
    return {name: column[order] for name, column in found.items()}


def find_run(session: Session, public_id: UUID) -> MiningRun | None:
    return session.scalar(select(MiningRun).where(MiningRun.public_id == public_id))


def touch_run(session: Session, run: MiningRun) -> None:
    """Make a run that was found before the latest one again."""
    run.finished_at = func.now()
    session.add(run)


def latest_run(session: Session) -> MiningRun:
    """The run that ended last. Raises ``NotFoundError`` if there is none."""
    run = _latest_run(session)
    if run is None:
        raise NotFoundError("Nothing has been mined yet: type `curate mine`.")
    return run


def empty_band(session: Session) -> tuple[float, float] | None:
    """The band of the latest run if it has no groups to review; None if it has, or if there is no run."""
    run = _latest_run(session)
    if run is None:
        return None
    reviewed = select(Group.id).where(Group.run_id == run.id, Group.item_id.not_in(takedowns.item_keys()))
    if session.scalar(reviewed.limit(1)) is not None:
        return None
    band = run.parameters["band"]
    return band["low"], band["high"]


def _latest_run(session: Session) -> MiningRun | None:
    return session.scalar(
        select(MiningRun).order_by(MiningRun.finished_at.desc(), MiningRun.id.desc()).limit(1)
    )


def latest_run_by(session: Session, detector: str, embedder: str) -> ListedRun | None:
    """The run of models with these fingerprints that ended last; None if there is none."""
    rows = _listed(_embedding.fingerprint == embedder, _detecting.fingerprint == detector).limit(1)
    return next((ListedRun(*row) for row in session.execute(rows)), None)


def every_run(session: Session) -> list[ListedRun]:
    """All runs, the one that ended last first."""
    return [ListedRun(*row) for row in session.execute(_listed())]


def _listed(*wanted: ColumnElement[bool]) -> Select[MiningRun, str, str, int]:
    groups = select(func.count()).where(Group.run_id == MiningRun.id).scalar_subquery()
    return (
        select(MiningRun, _embedding.name, _detecting.name, groups)
        .join(_embedding, _embedding.id == MiningRun.embedder_id)
        .join(_detecting, _detecting.id == MiningRun.detector_id)
        .where(*wanted)
        .order_by(MiningRun.finished_at.desc(), MiningRun.id.desc())
    )


def record_run(
    session: Session,
    *,
    public_id: UUID,
    embedder_id: int,
    detector_id: int,
    rule: str,
    parameters: Mapping[str, Any],
    counts: Mapping[str, Any],
    edges: EdgeRows,
    groups: Iterable[GroupRow],
    compared: Compared | None = None,
) -> MiningRun | None:
    """Store a whole run, all or nothing; None if another process has stored it meanwhile.

    Args:
        compared: Its objects; without them no later run takes anything over.
    """
    row = insert(MiningRun).values(
        public_id=public_id,
        embedder_id=embedder_id,
        detector_id=detector_id,
        rule=rule,
        parameters=dict(parameters),
        counts=dict(counts),
    )
    run = session.scalar(row.on_conflict_do_nothing().returning(MiningRun))
    if run is not None:
        store_edges(session, run.id, edges)
        store_groups(session, run.id, groups)
        if compared is not None:
            run_objects.store(session, run.id, compared)
    return run


def groups_of_run(session: Session, run: MiningRun) -> list[StoredGroup]:
    """The groups of a run, strongest first, but for those with a photo that was taken down."""
    rows = session.execute(
        select(ReviewItem.public_id, Group.weakest, GroupMember.similarity, Object, Photo.sha256)
        .join(Group, Group.item_id == ReviewItem.id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(Object, Object.id == GroupMember.object_id)
        .join(Photo, Photo.id == Object.photo_id)
        .where(Group.run_id == run.id, Group.item_id.not_in(takedowns.item_keys()))
        .order_by(Group.weakest.desc(), ReviewItem.public_id, GroupMember.rank)
    )
    found: dict[UUID, tuple[float, list[DetectedObject], list[float]]] = {}
    for public_id, weakest, similarity, object_, sha256 in rows:
        _, members, similarities = found.setdefault(public_id, (weakest, [], []))
        members.append(objects.from_row(object_, sha256))
        similarities.append(similarity)
    return [
        StoredGroup(public_id, run.rule, weakest, tuple(members), tuple(similarities))
        for public_id, (weakest, members, similarities) in found.items()
    ]
