"""Every vote that was ever cast, and what lay before the people who cast them: for export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from curate.database import objects
from curate.database.among import among
from curate.database.columns import read_columns
from curate.database.tables import (
    Decision,
    Group,
    GroupMember,
    Manifest,
    ManifestDecision,
    MiningRun,
    Model,
    Object,
    PairCheck,
    Photo,
    RemovalMeasurement,
    ReviewItem,
)
from curate.records import DetectedObject

_Undo = aliased(Decision)


class CastVote(NamedTuple):
    """One vote; an undo is none."""

    made: Decision
    item: UUID
    kind: str
    """``group``, ``pair`` or ``removal``."""
    undone: bool
    standing: bool
    """Whether it is its reviewer's latest word on the item."""


class SeenGroup(NamedTuple):
    """A group as a mining run found it."""

    run: MiningRun
    embedder: str
    """Fingerprint."""
    weakest: float
    members: tuple[tuple[DetectedObject, float], ...]
    """By rank, the anchor first, each with its cosine to the anchor."""

    @property
    def at(self) -> datetime:
        return self.run.finished_at


def votes_on(session: Session, kinds: Collection[str]) -> NDArray[np.int64]:
    """Keys of the votes on items of some kinds, in the order they were cast."""
    rows = select(Decision.id).join(ReviewItem, ReviewItem.id == Decision.item_id)
    rows = rows.where(Decision.verdict != "undo", among(ReviewItem.kind, kinds))
    return np.sort(read_columns(session, rows, {"key": "i8"})["key"])


def votes_behind(session: Session, manifest: str) -> NDArray[np.int64]:
    """Keys of the votes that a manifest (content hash) rests on, in the order they were cast."""
    rows = select(ManifestDecision.decision_id).join(Manifest, Manifest.id == ManifestDecision.manifest_id)
    rows = rows.where(Manifest.content_hash == manifest)
    return np.sort(read_columns(session, rows, {"key": "i8"})["key"])


def votes_cast(session: Session, keys: Collection[int]) -> list[CastVote]:
    """Votes by their keys, in the order they were cast."""
    later, undone = aliased(Decision), aliased(Decision)
    latest = (
        select(func.max(later.id))
        .outerjoin(undone, undone.undoes_id == later.id)
        .where(
            later.item_id == Decision.item_id,
            later.reviewer == Decision.reviewer,
            later.reviewer_kind == Decision.reviewer_kind,
            later.verdict != "undo",
            undone.undoes_id.is_(None),
        )
        .scalar_subquery()
    )
    rows = (
        select(
            Decision,
            ReviewItem.public_id,
            ReviewItem.kind,
            _Undo.id.is_not(None),
            func.coalesce(latest == Decision.id, False),
        )
        .join(ReviewItem, ReviewItem.id == Decision.item_id)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.id, keys))
        .order_by(Decision.id)
    )
    return [CastVote(*vote) for vote in session.execute(rows)]


def taken_back(session: Session, items: Collection[UUID]) -> set[tuple[UUID, datetime]]:
    """Of the votes on these items those that were undone: the item, and when the vote was cast."""
    rows = (
        select(ReviewItem.public_id, Decision.decided_at)
        .join(Decision, Decision.item_id == ReviewItem.id)
        .join(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(ReviewItem.public_id, items))
    )
    return {(item, at) for item, at in session.execute(rows)}


def groups(session: Session, items: Collection[int]) -> dict[int, list[SeenGroup]]:
    """By the key of each item all groups that stand for it, the oldest first."""
    rows = (
        select(Group, MiningRun, Model.fingerprint)
        .join(MiningRun, MiningRun.id == Group.run_id)
        .join(Model, Model.id == MiningRun.embedder_id)
        .where(among(Group.item_id, items))
        .order_by(MiningRun.finished_at, MiningRun.id)
    )
    stored = session.execute(rows).all()
    members = _members(session, [group.id for group, _, _ in stored])
    found: dict[int, list[SeenGroup]] = defaultdict(list)
    for group, run, embedder in stored:
        found[group.item_id].append(SeenGroup(run, embedder, group.weakest, tuple(members[group.id])))
    return found


def checks(session: Session, keys: Collection[int]) -> dict[int, PairCheck]:
    """Measurements on pairs by their keys."""
    return {check.id: check for check in session.scalars(select(PairCheck).where(among(PairCheck.id, keys)))}


def measurements(session: Session, removals: Collection[int]) -> dict[int, list[RemovalMeasurement]]:
    """All measurements on each of these removals by its key, the oldest first."""
    rows = select(RemovalMeasurement).where(among(RemovalMeasurement.removal_id, removals))
    found: dict[int, list[RemovalMeasurement]] = defaultdict(list)
    for each in session.scalars(rows.order_by(RemovalMeasurement.id)):
        found[each.removal_id].append(each)
    return found


def licences(session: Session, sha256s: Collection[str]) -> dict[str, str | None]:
    """Of photos, by their sha256."""
    rows = session.execute(select(Photo.sha256, Photo.licence).where(among(Photo.sha256, sha256s)))
    return {sha256: licence for sha256, licence in rows}


def _members(session: Session, groups: Collection[int]) -> dict[int, list[tuple[DetectedObject, float]]]:
    rows = (
        select(GroupMember, Object, Photo.sha256)
        .join(Object, Object.id == GroupMember.object_id)
        .join(Photo, Photo.id == Object.photo_id)
        .where(among(GroupMember.group_id, groups))
        .order_by(GroupMember.group_id, GroupMember.rank)
    )
    found: dict[int, list[tuple[DetectedObject, float]]] = defaultdict(list)
    for member, object_, sha256 in session.execute(rows):
        found[member.group_id].append((objects.from_row(object_, sha256), member.similarity))
    return found
