"""What a stage that works on chosen objects, photo by photo, has still to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from curate.database import objects, takedowns
from curate.database.among import among
from curate.database.tables import Failure, Object, Photo
from curate.records import DetectedObject


@dataclass(frozen=True, slots=True)
class ObjectWork:
    """Wanted objects of living photos without a result; what failed is left alone unless tried again."""

    stage: str
    """Name in ``failures``; the subject is an object's id, or the sha256 of a photo that cannot be read."""
    fingerprint: str
    wanted: Collection[UUID]
    done: ColumnElement[bool]
    """Whether a row of ``objects`` has its result."""
    retry_failed: bool

    @property
    def photos(self) -> Select[Photo]:
        """Photos with an object to do."""
        waiting = exists().where(Object.photo_id == Photo.id, *self._waiting)
        rows = select(Photo).where(waiting)
        return rows if self.retry_failed else rows.where(~self._failed(Photo.sha256))

    def objects(self, session: Session, photo_ids: Iterable[int]) -> dict[int, list[DetectedObject]]:
        """Objects to do of some photos, by photo key, in public id order."""
        rows = select(Object, Photo.sha256).join(Photo, Photo.id == Object.photo_id)
        rows = rows.where(among(Object.photo_id, photo_ids), *self._waiting).order_by(Object.public_id)
        found: dict[int, list[DetectedObject]] = {}
        for row, sha256 in session.execute(rows):
            found.setdefault(row.photo_id, []).append(objects.from_row(row, sha256))
        return found

    def count(self, session: Session) -> int:
        """How many objects wait in ``photos``."""
        which = self.photos.with_only_columns(Photo.id)
        rows = select(func.count()).where(Object.photo_id.in_(which), *self._waiting)
        return session.scalar(rows) or 0

    @property
    def _waiting(self) -> list[ColumnElement[bool]]:
        conditions = [among(Object.public_id, self.wanted), ~self.done, takedowns.living(Object.photo_id)]
        return conditions if self.retry_failed else [*conditions, ~self._failed(Object.public_id)]

    def _failed(self, subject: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        return exists().where(
            Failure.stage == self.stage,
            Failure.subject == cast(subject, Text),
            Failure.fingerprint == self.fingerprint,
        )
