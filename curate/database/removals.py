"""Removals: what is to be made, what was made, and what was measured on it. Rows are only ever added.

Nothing here tells of photos that were taken down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Select, Text, cast, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from curate.database import objects, removal_queue, rules, takedowns
from curate.database.among import among
from curate.database.object_work import ObjectWork
from curate.database.tables import (
    Model,
    Object,
    Photo,
    Removal,
    RemovalMeasurement,
    ReviewItem,
)
from curate.errors import NotFoundError
from curate.records import DetectedObject

STAGE = "remove"
"""Name in ``failures``; the subject is an object's id, or the sha256 of a photo that cannot be read."""
FILES = ("output_sha256", "mask_sha256", "object_mask_sha256")
"""Columns that name PNGs in the media store."""

_Remover, _Segmenter = aliased(Model), aliased(Model)


@dataclass(frozen=True, slots=True)
class NewRemoval:
    """One output on its way into Postgres; its files are in the media store."""

    remover_id: int
    segmenter_id: int
    recipe: str
    dilation: int
    x: int
    y: int
    width: int
    height: int
    output_sha256: str
    mask_sha256: str
    object_mask_sha256: str
    seconds: float


class RemovalRow(NamedTuple):
    """A removal with what belongs to it."""

    public_id: UUID
    removal: Removal
    object_: DetectedObject
    remover: str
    """Its name."""
    remover_fingerprint: str
    segmenter: str
    measured: RemovalMeasurement | None
    """The newest measurement."""


def removal_id(object_id: UUID, recipe: str) -> UUID:
    """Public id of a removal and of its review item: one per object and way of removing it."""
    return uuid5(object_id, recipe)


def to_do(wanted: Collection[UUID], recipe: str, *, retry_failed: bool) -> ObjectWork:
    """Wanted objects that were not removed in this way."""
    done = exists().where(Removal.object_id == Object.id, Removal.recipe == recipe)
    return ObjectWork(STAGE, recipe, wanted, done, retry_failed)


def record(session: Session, object_id: UUID, made: NewRemoval) -> int:
    """Store a removal with its review item and queue it; its key. One that was stored so meanwhile stays."""
    rules.share(session)
    public_id = removal_id(object_id, made.recipe)
    item = insert(ReviewItem).values(public_id=public_id, kind=rules.REMOVAL)
    session.execute(item.on_conflict_do_nothing())
    row = insert(Removal).values(
        item_id=select(ReviewItem.id).where(ReviewItem.public_id == public_id).scalar_subquery(),
        object_id=select(Object.id).where(Object.public_id == object_id).scalar_subquery(),
        **asdict(made),
    )
    session.execute(row.on_conflict_do_nothing())
    stored = select(Removal.id, Removal.object_id).join(ReviewItem, ReviewItem.id == Removal.item_id)
    key, object_key = session.execute(stored.where(ReviewItem.public_id == public_id)).one()
    removal_queue.put(session, object_key)
    return key


def record_measurement(
    session: Session, removal: int, fingerprint: str, numbers: Mapping[str, Any], reasons: Collection[str]
) -> None:
    """Store numbers, which count from now on; nothing if those of the same measures count already."""
    newest = select(RemovalMeasurement.fingerprint).where(RemovalMeasurement.removal_id == removal)
    if session.scalar(newest.order_by(RemovalMeasurement.id.desc()).limit(1)) == fingerprint:
        return
    row = RemovalMeasurement(
        removal_id=removal,
        fingerprint=fingerprint,
        numbers=dict(numbers),
        suggested_reasons=list(reasons),
    )
    session.add(row)
    session.flush()


def every(session: Session, object_ids: Iterable[UUID] | None = None) -> list[RemovalRow]:
    """All removals, or those of some objects; by object, then by when they were made."""
    rows = _rows().order_by(Object.public_id, Removal.id)
    return _read(session, rows if object_ids is None else rows.where(among(Object.public_id, object_ids)))


def unmeasured(session: Session, fingerprint: str) -> list[RemovalRow]:
    """Removals whose numbers are not of the measures of that fingerprint, in the order they were made."""
    other = RemovalMeasurement.fingerprint.is_distinct_from(fingerprint)
    return _read(session, _rows().where(other).order_by(Removal.id))


def of_objects(session: Session, object_keys: Iterable[int]) -> list[RemovalRow]:
    """All removals of objects by key: those of an object together, by the name of the remover."""
    rows = _rows().where(among(Removal.object_id, object_keys))
    return _read(session, rows.order_by(Removal.object_id, _Remover.name, Removal.id))


def by_public_ids(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, RemovalRow]:
    found = _read(session, _rows().where(among(ReviewItem.public_id, public_ids)))
    return {row.public_id: row for row in found}


def object_of(session: Session, prefix: str) -> UUID:
    """The object that a removal's id, or its own, starts with ``prefix``.

    Raises:
        NotFoundError: there is none with a removal, or several.
    """
    starts = [
        cast(column, Text).startswith(prefix.lower(), autoescape=True)
        for column in (ReviewItem.public_id, Object.public_id)
    ]
    found = session.scalars(
        select(Object.public_id)
        .join(Removal, Removal.object_id == Object.id)
        .join(ReviewItem, ReviewItem.id == Removal.item_id)
        .where(starts[0] | starts[1], takedowns.living(Object.photo_id))
        .distinct()
        .limit(2)
    ).all()
    if len(found) > 1:
        raise NotFoundError(f"Several removals or objects start with {prefix!r}: type more of the id.")
    if not found:
        raise NotFoundError(
            f"There is no removal, or object with one, {prefix!r}: type `curate removals list`."
        )
    return found[0]


def files(session: Session) -> dict[str, UUID]:
    """sha256 of every PNG that removals from living photos name, with an object that it belongs to."""
    columns = [getattr(Removal, name) for name in FILES]
    rows = select(Object.public_id, *columns).join(Object, Object.id == Removal.object_id)
    found = session.execute(rows.where(takedowns.living(Object.photo_id)))
    return {sha256: row[0] for row in found for sha256 in row[1:]}


_Columns = Select[UUID, Removal, Object, str, str, str, str, RemovalMeasurement]


def _rows() -> _Columns:
    newest = (
        select(func.max(RemovalMeasurement.id))
        .where(RemovalMeasurement.removal_id == Removal.id)
        .correlate(Removal)
        .scalar_subquery()
    )
    return (
        select(
            ReviewItem.public_id,
            Removal,
            Object,
            Photo.sha256,
            _Remover.name,
            _Remover.fingerprint,
            _Segmenter.name,
            RemovalMeasurement,
        )
        .join(ReviewItem, ReviewItem.id == Removal.item_id)
        .join(Object, Object.id == Removal.object_id)
        .join(Photo, Photo.id == Object.photo_id)
        .join(_Remover, _Remover.id == Removal.remover_id)
        .join(_Segmenter, _Segmenter.id == Removal.segmenter_id)
        .outerjoin(RemovalMeasurement, RemovalMeasurement.id == newest)
        .where(takedowns.living(Object.photo_id))
    )


def _read(session: Session, rows: _Columns) -> list[RemovalRow]:
    return [
        RemovalRow(
            public_id, removal, objects.from_row(object_, sha256), remover, fingerprint, segmenter, measured
        )
        for public_id, removal, object_, sha256, remover, fingerprint, segmenter, measured in session.execute(
            rows
        )
    ]
