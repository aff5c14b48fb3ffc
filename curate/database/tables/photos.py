"""Photos, where they lie, and those that were taken down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, key, now, references


class KnownMediaStore(Base):
    """The one media store that ``thumbnail_sha256`` and ``vector_blocks`` refer to."""

    __tablename__ = "media_stores"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # What the file ``store-id`` in the root of the store says.
    store_id: Mapped[str]
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)


class Photo(Base):
    """One image file by content. Originals stay where they are; see ``photo_files``."""

    __tablename__ = "photos"
    id: Mapped[int] = key()
    sha256: Mapped[str] = mapped_column(unique=True)
    byte_count: Mapped[int]
    format: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    orientation: Mapped[int]
    mode: Mapped[str]
    exif: Mapped[dict[str, Any]]
    has_location: Mapped[bool]
    # Postgres has no unsigned integers: the 64 bits are stored in two's complement.
    perceptual_hash: Mapped[int]
    thumbnail_sha256: Mapped[str]
    source: Mapped[str | None]
    licence: Mapped[str | None]
    consent: Mapped[str | None]
    ingested_at: Mapped[datetime] = now()


class PhotoFile(Base):
    """Where a photo's bytes were seen. One photo may lie in several places."""

    __tablename__ = "photo_files"
    uri: Mapped[str] = mapped_column(primary_key=True)
    photo_id: Mapped[int] = references("photos.id", index=True)
    # Size and time, or the store's own tag: unchanged means the bytes need not be read again.
    state_token: Mapped[str]
    seen_at: Mapped[datetime] = now()


class Takedown(Base):
    """The tombstone of a photo: its row stays, so that the same bytes are known when they come back."""

    __tablename__ = "takedowns"
    photo_id: Mapped[int] = references("photos.id", primary_key=True)
    reason: Mapped[str | None]
    by: Mapped[str]
    # See ``photos.pixel_hash``; NULL if nobody could read the photo's file when it was taken down.
    pixels_sha256: Mapped[str | None]
    # Whether local originals go too.
    originals: Mapped[bool] = mapped_column(server_default=false())
    at: Mapped[datetime] = now()
    # NULL until all is erased: a killed takedown is typed again, or finished by the doctor.
    finished_at: Mapped[datetime | None]


class PhotoSplit(Base):
    """The split a photo was first exported in. It never changes."""

    __tablename__ = "photo_splits"
    photo_id: Mapped[int] = references("photos.id", primary_key=True)
    split: Mapped[str]
    __table_args__ = (CheckConstraint("split IN ('train', 'validation', 'test')", name="known_split"),)
