"""Photos that a stage has still to do."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from curate.database import frames, photos, takedowns
from curate.database.among import among
from curate.database.tables import Detected, Embedded, Failure, Object, Photo
from curate.records import PhotoRef


def to_detect(model_id: int, fingerprint: str, *, retry_failed: bool) -> Select[Photo]:
    """Photos this detector has not seen; frames of pairs are none of its business."""
    seen = exists().where(Detected.photo_id == Photo.id, Detected.model_id == model_id)
    return select(Photo).where(~seen, *can_be_mined(), *_not_failed("detect", fingerprint, retry_failed))


def to_embed(
    model_id: int, fingerprint: str, *, retry_failed: bool, detector_id: int | None = None
) -> Select[Photo]:
    """Photos with an object, of one detector or of all, this embedder has not seen; no frames of pairs."""
    has_vector = exists().where(Embedded.object_id == Object.id, Embedded.model_id == model_id)
    waiting = exists().where(Object.photo_id == Photo.id, ~has_vector)
    if detector_id is not None:
        waiting = waiting.where(Object.model_id == detector_id)
    return select(Photo).where(waiting, *can_be_mined(), *_not_failed("embed", fingerprint, retry_failed))


def can_be_mined() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Neither a frame of a pair nor taken down."""
    return ~frames.is_frame(), takedowns.living(Photo.id)


def _not_failed(stage: str, fingerprint: str, retry_failed: bool) -> list[ColumnElement[bool]]:
    if retry_failed:
        return []
    failed = exists().where(
        Failure.stage == stage, Failure.subject == Photo.sha256, Failure.fingerprint == fingerprint
    )
    return [~failed]


def count(session: Session, which: Select[Photo]) -> int:
    """How many photos that is."""
    return session.scalar(select(func.count()).select_from(which.subquery())) or 0


def page(session: Session, which: Select[Photo], after: int, limit: int) -> list[PhotoRef]:
    """Up to ``limit`` photos of ``which`` with a key above ``after``, in key order."""
    found = session.scalars(which.where(Photo.id > after).order_by(Photo.id).limit(limit)).all()
    return photos.refs(session, found)


def still_in(session: Session, which: Select[Photo], keys: Sequence[int]) -> set[int]:
    """Which of ``keys`` still belong to ``which``: somebody else may have finished them meanwhile."""
    return set(session.scalars(which.with_only_columns(Photo.id).where(among(Photo.id, keys))))
