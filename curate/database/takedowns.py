"""Tombstones of photos that were taken down, and what all other queries ask about them.

Their rows, objects, groups, pairs, removals and decisions stay, because decisions are append-only and hold no
pixels. So every query that offers something to be looked at, computed or exported leaves them out by one of
the conditions below, from the moment that the tombstone is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, func, literal, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from curate.database.among import among
from curate.database.tables import (
    Manifest,
    ManifestPhoto,
    Object,
    Pair,
    Photo,
    Removal,
    ReviewMember,
    Takedown,
)
from curate.errors import DecisionError


class Tombstone(NamedTuple):
    """A photo that was taken down."""

    photo_id: int
    """Key inside Postgres."""
    sha256: str
    perceptual_hash: int
    """As an unsigned integer."""
    size: tuple[int, int]
    """Upright width and height in pixels."""
    pixels_sha256: str | None
    """See ``photos.pixel_hash``; None if nobody could read the photo's file when it was taken down."""
    reason: str | None
    originals: bool
    """Whether local originals go too."""
    at: datetime
    finished: bool
    """Whether all of it is erased."""

    @property
    def words(self) -> str:
        """``was taken down on 2026-11-22 (reason)``."""
        reason = f" ({self.reason})" if self.reason else ""
        return f"was taken down on {self.at.astimezone(UTC):%Y-%m-%d}{reason}"


def living(photo_key: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether the photo of this key was not taken down."""
    return ~exists().where(Takedown.photo_id == photo_key)


def object_keys() -> Select[int]:
    """Keys of the objects of photos that were taken down."""
    return select(Object.id).join(Takedown, Takedown.photo_id == Object.photo_id)


def item_keys() -> CompoundSelect[int]:
    """Keys of the groups, pairs and removals that hold a photo that was taken down."""
    inside = or_(Takedown.photo_id == Pair.factual_id, Takedown.photo_id == Pair.counterfactual_id)
    return union(
        select(ReviewMember.item_id).where(ReviewMember.object_id.in_(object_keys())),
        select(Pair.item_id).join(Takedown, inside),
        select(Removal.item_id).where(Removal.object_id.in_(object_keys())),
    )


def items(session: Session) -> set[int]:
    """The keys of ``item_keys``."""
    return set(session.scalars(item_keys()))


def object_ids(session: Session) -> set[UUID]:
    """Public ids of the objects of photos that were taken down."""
    rows = select(Object.public_id).join(Takedown, Takedown.photo_id == Object.photo_id)
    return set(session.scalars(rows))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Takedown)) or 0


def every(session: Session) -> list[Tombstone]:
    """All tombstones, oldest first."""
    return _read(session, _rows())


def of_photos(session: Session, keys: Iterable[int]) -> dict[int, Tombstone]:
    """Tombstones of these photos by their keys; living ones are left out."""
    return {each.photo_id: each for each in _read(session, _rows().where(among(Photo.id, keys)))}


def of_bytes(session: Session, digests: Iterable[str]) -> dict[str, Tombstone]:
    """Tombstones by the sha256 of the bytes, of those that were taken down."""
    return {each.sha256: each for each in _read(session, _rows().where(among(Photo.sha256, digests)))}


def in_manifest(session: Session, content_hash: str) -> list[Tombstone]:
    """Tombstones of photos that a manifest holds, oldest first."""
    rows = _rows().join(ManifestPhoto, ManifestPhoto.photo_id == Takedown.photo_id)
    rows = rows.join(Manifest, Manifest.id == ManifestPhoto.manifest_id)
    return _read(session, rows.where(Manifest.content_hash == content_hash))


def refuse_decision(session: Session, item_key: int) -> None:
    """Refuse a verdict on what cannot be looked at any more.

    Raises:
        DecisionError: the group, pair or removal holds a photo that was taken down.
    """
    if session.scalar(select(literal(item_key).in_(item_keys()))):
        raise DecisionError(
            "This holds a photo that was taken down, and nobody can look at it any more: of a group, "
            "`curate mine` finds the rest again."
        )


def _rows() -> Select[int, str, int, int, int, str | None, str | None, bool, datetime, datetime | None]:
    return (
        select(
            Takedown.photo_id,
            Photo.sha256,
            Photo.perceptual_hash,
            Photo.width,
            Photo.height,
            Takedown.pixels_sha256,
            Takedown.reason,
            Takedown.originals,
            Takedown.at,
            Takedown.finished_at,
        )
        .join(Photo, Photo.id == Takedown.photo_id)
        .order_by(Takedown.at, Photo.sha256)
    )


def _read(
    session: Session,
    rows: Select[int, str, int, int, int, str | None, str | None, bool, datetime, datetime | None],
) -> list[Tombstone]:
    return [
        Tombstone(key, sha256, bits % (1 << 64), (width, height), pixels, reason, originals, at, bool(end))
        for key, sha256, bits, width, height, pixels, reason, originals, at, end in session.execute(rows)
    ]
