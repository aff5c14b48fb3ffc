"""Models, what they see in photos, their vectors, and what failed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, key, now, references


class Model(Base):
    """A model of any role, or a set of human boxes as a detector, known by its fingerprint."""

    __tablename__ = "models"
    id: Mapped[int] = key()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    name: Mapped[str]


class Detected(Base):
    """This photo has been through this detector: the photo's objects are complete."""

    __tablename__ = "detected"
    photo_id: Mapped[int] = references("photos.id", primary_key=True)
    model_id: Mapped[int] = references("models.id", primary_key=True)
    object_count: Mapped[int]


class Object(Base):
    """One detected thing in one photo, in pixels of the upright photo."""

    __tablename__ = "objects"
    id: Mapped[int] = key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    photo_id: Mapped[int] = references("photos.id")
    model_id: Mapped[int] = references("models.id")
    x: Mapped[float]
    y: Mapped[float]
    width: Mapped[float]
    height: Mapped[float]
    score: Mapped[float]
    label: Mapped[str]
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="box_has_area"),
        Index(None, "photo_id", "model_id"),
    )


class VectorBlock(Base):
    """An immutable file in the media store: vectors and the public ids they belong to."""

    __tablename__ = "vector_blocks"
    id: Mapped[int] = key()
    model_id: Mapped[int] = references("models.id")
    sha256: Mapped[str]
    vector_count: Mapped[int]
    dimension: Mapped[int]
    # Not unique over all models: two fingerprints may compute the same vectors.
    __table_args__ = (UniqueConstraint("model_id", "sha256"),)


class Embedded(Base):
    """This object has a vector by this embedder: a row of that block."""

    __tablename__ = "embedded"
    object_id: Mapped[int] = references("objects.id", primary_key=True)
    model_id: Mapped[int] = references("models.id", primary_key=True)
    block_id: Mapped[int] = references("vector_blocks.id", index=True)
    row: Mapped[int]


class Failure(Base):
    """An input that could not be processed. Gone as soon as a later attempt succeeds."""

    __tablename__ = "failures"
    stage: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    # The model's fingerprint where a model was involved, otherwise empty.
    fingerprint: Mapped[str] = mapped_column(primary_key=True, default="")
    reason: Mapped[str]
    attempts: Mapped[int]
    last_at: Mapped[datetime] = now()


class Caption(Base):
    """What somebody, or a captioner, says of an object's picture. Append-only: people's newest words count.

    Empty words take a person's earlier ones back. Only when its photo is taken down does a caption go.
    """

    __tablename__ = "captions"
    id: Mapped[int] = key()
    object_id: Mapped[int] = references("objects.id")
    # The captioner; none if a person wrote it.
    model_id: Mapped[int | None] = mapped_column(ForeignKey("models.id", ondelete="RESTRICT"))
    by: Mapped[str | None]
    text: Mapped[str]
    # Made up by whoever sends a person's words, so that sending them again changes nothing.
    event_id: Mapped[UUID | None] = mapped_column(unique=True)
    said_at: Mapped[datetime] = now()
    __table_args__ = (
        CheckConstraint("(model_id IS NULL) <> (by IS NULL)", name="one_source"),
        CheckConstraint("model_id IS NULL OR text <> ''", name="captioners_say_something"),
        CheckConstraint("char_length(text) <= 500", name="short"),
        # One caption by each captioner; people's rows have no captioner and are not compared.
        UniqueConstraint("object_id", "model_id"),
        Index(None, "model_id", "id"),
    )
