"""Accepted objects with everything an export needs to know about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from curate.database.among import among
from curate.database.tables import Object, Photo, PhotoFile
from curate.records import Box, SubjectView


@dataclass(frozen=True, slots=True)
class StoredView:
    """A view, and the key of its photo inside Postgres."""

    view: SubjectView
    photo_id: int


def views(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, StoredView]:
    """Views by object id; ``uri`` is where the photo was seen last, empty if it is nowhere any more."""
    place = (
        select(PhotoFile.uri)
        .where(PhotoFile.photo_id == Photo.id)
        .order_by(PhotoFile.seen_at.desc(), PhotoFile.uri)
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        select(Object, Photo, place)
        .join(Photo, Photo.id == Object.photo_id)
        .where(among(Object.public_id, public_ids))
    )
    return {
        object_.public_id: StoredView(
            SubjectView(
                object_id=object_.public_id,
                photo_sha256=photo.sha256,
                uri=uri or "",
                box=Box(object_.x, object_.y, object_.width, object_.height),
                label=object_.label,
                score=object_.score,
                source=photo.source,
                licence=photo.licence,
                consent=photo.consent,
                has_location=photo.has_location,
            ),
            photo.id,
        )
        for object_, photo, uri in session.execute(rows)
    }
