"""Detected objects: identity, recording, and what is still without a vector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid5

from sqlalchemy import Select, Text, cast, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.among import among
from curate.database.tables import Detected, Embedded, Object, Photo
from curate.records import Box, DetectedObject, Detection, PhotoRef

# Fixed for all time: ids in manifests that are out in the world hang on it.
OBJECT_NAMESPACE = UUID("6f1d5c1e-5d0b-5a54-9f0e-2f3f6b0d7c11")

_COLUMNS = (Object, Photo.sha256)


def object_id(photo_sha256: str, fingerprint: str, box: Box) -> UUID:
    """Public id of an object: the same box by the same detector in the same photo, everywhere.

    A hundredth of a pixel is below what any detector means and above float noise.
    """
    corner = f"{box.x:.2f},{box.y:.2f},{box.width:.2f},{box.height:.2f}"
    return uuid5(OBJECT_NAMESPACE, f"{photo_sha256}/{fingerprint}/{corner}")


def record_detections(
    session: Session, photo: PhotoRef, model_id: int, fingerprint: str, detections: Sequence[Detection]
) -> None:
    """Store the objects of one photo and mark the photo as done, all or nothing."""
    rows = {
        object_id(photo.sha256, fingerprint, found.box): {
            "photo_id": photo.id,
            "model_id": model_id,
            "x": found.box.x,
            "y": found.box.y,
            "width": found.box.width,
            "height": found.box.height,
            "score": found.score,
            "label": found.label,
        }
        for found in detections
    }
    if rows:
        values = [{"public_id": public_id, **row} for public_id, row in rows.items()]
        session.execute(insert(Object).on_conflict_do_nothing(), values)
    done = insert(Detected).values(photo_id=photo.id, model_id=model_id, object_count=len(rows))
    session.execute(done.on_conflict_do_nothing())


def without_vector(
    session: Session, photo_ids: Iterable[int], embedder_id: int
) -> dict[int, list[DetectedObject]]:
    """Objects of these photos that the embedder has not seen, by photo key, in public id order."""
    has_vector = exists().where(Embedded.object_id == Object.id, Embedded.model_id == embedder_id)
    rows = select(*_COLUMNS).join(Photo, Photo.id == Object.photo_id)
    rows = rows.where(among(Object.photo_id, photo_ids), ~has_vector).order_by(Object.public_id)
    found: dict[int, list[DetectedObject]] = {}
    for row in _read(session, rows):
        found.setdefault(row.photo_id, []).append(row)
    return found


def by_public_ids(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, DetectedObject]:
    rows = select(*_COLUMNS).join(Photo, Photo.id == Object.photo_id)
    return {row.public_id: row for row in _read(session, rows.where(among(Object.public_id, public_ids)))}


def keys(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = select(Object.public_id, Object.id).where(among(Object.public_id, public_ids))
    return {public_id: key for public_id, key in session.execute(rows)}


def public_ids_by_prefix(session: Session, prefix: str) -> list[UUID]:
    """Public ids that start with ``prefix`` (hex with dashes), two at most: enough to see a doubt."""
    text = cast(Object.public_id, Text)
    return list(
        session.scalars(select(Object.public_id).where(text.startswith(prefix, autoescape=True)).limit(2))
    )


def every_label(session: Session) -> list[str]:
    """Every class that some object has, in order."""
    return list(session.scalars(select(Object.label).distinct().order_by(Object.label)))


def labels(session: Session, model_id: int, only: Sequence[str] | None = None) -> set[str]:
    """Labels that a detector gave, of some or of all."""
    rows = select(Object.label).where(Object.model_id == model_id).distinct()
    return set(session.scalars(rows if only is None else rows.where(Object.label.in_(only))))


def _read(session: Session, rows: Select[Object, str]) -> list[DetectedObject]:
    return [from_row(object_, sha256) for object_, sha256 in session.execute(rows)]


def from_row(row: Object, photo_sha256: str) -> DetectedObject:
    box = Box(row.x, row.y, row.width, row.height)
    return DetectedObject(row.public_id, row.photo_id, photo_sha256, box, row.score, row.label)
