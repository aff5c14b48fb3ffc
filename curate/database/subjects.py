"""Accepted objects with everything an export needs to know about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from curate.database.among import among
from curate.database.tables import Object, Photo, PhotoFile
from curate.manifest_records import SubjectView
from curate.records import Box


def views(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, SubjectView]:
    """Views by object id; ``uri`` is where the photo was seen last, empty if it is nowhere any more."""
    # Columns and not the objects that stand for rows: of a million those take a minute longer.
    rows = select(
        Object.public_id,
        Object.photo_id,
        Object.label,
        Object.score,
        Object.x,
        Object.y,
        Object.width,
        Object.height,
    ).where(among(Object.public_id, public_ids))
    found = session.execute(rows).all()
    shown = _photos(session, {row.photo_id for row in found})
    views = {}
    for public_id, photo_id, label, score, *box in found:
        sha256, uri, *rights = shown[photo_id]
        views[public_id] = SubjectView(public_id, sha256, uri, Box(*box), label, score, *rights)
    return views


def _photos(session: Session, keys: Iterable[int]) -> dict[int, Sequence[Any]]:
    """What views say of their photos: sha256, place, source, licence and consent.

    Apart from the objects: joined to them, Postgres reads all photos for each portion of a million objects.
    """
    place = (
        select(PhotoFile.uri)
        .where(PhotoFile.photo_id == Photo.id)
        .order_by(PhotoFile.seen_at.desc(), PhotoFile.uri)
        .limit(1)
        .scalar_subquery()
    )
    rows = select(
        Photo.id,
        Photo.sha256,
        func.coalesce(place, ""),
        Photo.source,
        Photo.licence,
        Photo.consent,
    )
    return {key: said for key, *said in session.execute(rows.where(among(Photo.id, keys)))}
