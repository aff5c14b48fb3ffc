"""Mining runs: which objects take part, and the edges and groups that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import frames, objects, takedowns
from curate.database.tables import (
    Edge,
    Embedded,
    Group,
    GroupMember,
    MiningRun,
    Object,
    Photo,
    ReviewItem,
    ReviewMember,
    VectorBlock,
)
from curate.errors import NotFoundError
from curate.records import DetectedObject, MiningFilter

# Fixed for all time, like the namespace of objects.
GROUP_NAMESPACE = UUID("0b7a4b52-6d55-5f0c-8a0f-6f6b3a5f9d02")


class Candidate(NamedTuple):
    """An object that takes part in mining, and where its vector lies."""

    id: int
    public_id: UUID
    photo_id: int
    block_sha256: str
    row: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a run found it: members by object key, anchor first."""

    members: tuple[int, ...]
    public_ids: tuple[UUID, ...]
    similarities: tuple[float, ...]
    """Cosine of each member to the anchor, in the same order."""
    weakest: float


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """A group read back, with its members in rank order."""

    public_id: UUID
    rule: str
    weakest: float
    members: tuple[DetectedObject, ...]
    similarities: tuple[float, ...]


def group_id(member_ids: Sequence[UUID]) -> UUID:
    """Public id of a group and of its review item: the same members are the same group in every run."""
    return uuid5(GROUP_NAMESPACE, ",".join(sorted(map(str, member_ids))))


def candidates(session: Session, detector_id: int, embedder_id: int, rule: MiningFilter) -> list[Candidate]:
    """Objects of one detector with a vector of one embedder that pass the filter, in public id order.

    Photos that became frames of pairs after they were ingested, or were taken down, take no part.
    """
    share = Object.width * Object.height / (Photo.width * Photo.height)
    rows = (
        select(Object.id, Object.public_id, Object.photo_id, VectorBlock.sha256, Embedded.row)
        .join(Photo, Photo.id == Object.photo_id)
        .join(Embedded, Embedded.object_id == Object.id)
        .join(VectorBlock, VectorBlock.id == Embedded.block_id)
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
        .order_by(Object.public_id)
    )
    return [Candidate(*row) for row in session.execute(rows)]


def find_run(session: Session, public_id: UUID) -> MiningRun | None:
    return session.scalar(select(MiningRun).where(MiningRun.public_id == public_id))


def touch_run(session: Session, run: MiningRun) -> None:
    """Make a run that was found before the latest one again."""
    run.finished_at = func.now()
    session.add(run)


def latest_run(session: Session) -> MiningRun:
    """The run that ended last. Raises ``NotFoundError`` if there is none."""
    run = session.scalar(
        select(MiningRun).order_by(MiningRun.finished_at.desc(), MiningRun.id.desc()).limit(1)
    )
    if run is None:
        raise NotFoundError("Nothing has been mined yet: type `curate mine`.")
    return run


def record_run(
    session: Session,
    *,
    public_id: UUID,
    embedder_id: int,
    detector_id: int,
    rule: str,
    parameters: Mapping[str, Any],
    counts: Mapping[str, Any],
    edges: Sequence[tuple[int, int, float]],
    groups: Sequence[GroupRow],
) -> bool:
    """Store a whole run, all or nothing; False if another process has stored it meanwhile.

    ``edges`` hold object keys and a cosine.
    """
    row = insert(MiningRun).values(
        public_id=public_id,
        embedder_id=embedder_id,
        detector_id=detector_id,
        rule=rule,
        parameters=dict(parameters),
        counts=dict(counts),
    )
    run_id = session.scalar(row.on_conflict_do_nothing().returning(MiningRun.id))
    if run_id is None:
        return False
    if edges:
        session.execute(
            insert(Edge),
            [
                {"run_id": run_id, "left_id": min(a, b), "right_id": max(a, b), "similarity": similarity}
                for a, b, similarity in edges
            ],
        )
    # In one order everywhere, so that two runs that share groups cannot lock each other out.
    for group in sorted(groups, key=lambda each: group_id(each.public_ids)):
        _record_group(session, run_id, group)
    return True


def _record_group(session: Session, run_id: int, found: GroupRow) -> None:
    item_id = _ensure_item(session, found)
    row = insert(Group).values(run_id=run_id, item_id=item_id, weakest=found.weakest)
    # Two stars may hold the same objects around different anchors: one set, one group.
    key = session.scalar(row.on_conflict_do_nothing().returning(Group.id))
    if key is None:
        return
    ranked = enumerate(zip(found.members, found.similarities, strict=True))
    session.execute(
        insert(GroupMember),
        [
            {"group_id": key, "object_id": member, "rank": n, "similarity": cosine}
            for n, (member, cosine) in ranked
        ],
    )


def _ensure_item(session: Session, found: GroupRow) -> int:
    public_id = group_id(found.public_ids)
    row = insert(ReviewItem).values(public_id=public_id, kind="group").on_conflict_do_nothing()
    new: int | None = session.scalar(row.returning(ReviewItem.id))
    if new is None:
        return session.scalars(select(ReviewItem.id).where(ReviewItem.public_id == public_id)).one()
    session.execute(insert(ReviewMember), [{"item_id": new, "object_id": member} for member in found.members])
    return new


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
