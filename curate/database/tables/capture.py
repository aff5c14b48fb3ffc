"""Frames that photographers hand in, and the pairs made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, key, now, references


class Frame(Base):
    """A photo handed in for a pair: its bytes lie in the media store, and no detector looks at it."""

    __tablename__ = "frames"
    photo_id: Mapped[int] = references("photos.id", primary_key=True)
    stored_at: Mapped[datetime] = now()


class FrameSender(Base):
    """Who had the bytes of a frame in hand. Knowing its sha256 alone must not be enough to see it."""

    __tablename__ = "frame_senders"
    photo_id: Mapped[int] = references("frames.photo_id", primary_key=True)
    sender: Mapped[str] = mapped_column(primary_key=True)
    # What they called the file first.
    name: Mapped[str]


class Shoot(Base):
    """One set-up of a photographer, with rights that hold for all of its pairs."""

    __tablename__ = "shoots"
    id: Mapped[int] = key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    photographer: Mapped[str]
    name: Mapped[str]
    licence: Mapped[str | None]
    consent: Mapped[str | None]
    # Whom exports name as the photographer; ``photographer`` is how they log in, and leaves in none.
    credit: Mapped[str | None]
    # Kept for evaluation: never exported for training.
    held_out: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = now()
    __table_args__ = (
        UniqueConstraint("photographer", "name"),
        CheckConstraint("photographer <> '' AND name <> ''", name="named"),
    )


class ShootCorrection(Base):
    """What was said of a shoot before somebody said otherwise; ``shoots`` has what holds now. Append-only."""

    __tablename__ = "shoot_corrections"
    id: Mapped[int] = key()
    shoot_id: Mapped[int] = references("shoots.id", index=True)
    # The column of ``shoots``.
    what: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[datetime] = now()
    __table_args__ = (
        CheckConstraint("what IN ('name', 'licence', 'consent', 'credit')", name="known_what"),
        CheckConstraint("old IS DISTINCT FROM new", name="changes"),
    )


class Pair(Base):
    """A counterfactual pair; its public id is that of its review item.

    Append-only, but that a nameless object may get a name; later names are ``PairObjectName``.
    """

    __tablename__ = "pairs"
    id: Mapped[int] = key()
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id", ondelete="RESTRICT"), unique=True)
    factual_id: Mapped[int] = references("frames.photo_id")
    counterfactual_id: Mapped[int] = references("frames.photo_id", index=True)
    shoot_id: Mapped[int] = references("shoots.id", index=True)
    kind: Mapped[str]
    object_name: Mapped[str | None]
    handed_in_by: Mapped[str]
    handed_in_at: Mapped[datetime] = now()
    __table_args__ = (
        UniqueConstraint("factual_id", "counterfactual_id"),
        CheckConstraint("factual_id <> counterfactual_id", name="two_frames"),
        CheckConstraint("kind IN ('pair', 'triplet', 'burst')", name="known_kind"),
    )


class PairObjectName(Base):
    """What the object of a pair is called instead; the newest name counts. Append-only."""

    __tablename__ = "pair_object_names"
    id: Mapped[int] = key()
    pair_id: Mapped[int] = references("pairs.id", index=True)
    name: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = now()
    __table_args__ = (CheckConstraint("name <> ''", name="named"),)


class PairSuccession(Base):
    """One pair took the place of another. Append-only: the latest row that names a pair says how it stands.

    Rows and not a column of ``pairs``, because swapping the frames twice makes the first pair current again.
    """

    __tablename__ = "pair_successions"
    id: Mapped[int] = key()
    old_id: Mapped[int] = references("pairs.id", index=True)
    new_id: Mapped[int] = references("pairs.id", index=True)
    by: Mapped[str]
    at: Mapped[datetime] = now()
    __table_args__ = (CheckConstraint("old_id <> new_id", name="two_pairs"),)


class PairMask(Base):
    """An object mask that somebody corrected; the newest one counts. Append-only."""

    __tablename__ = "pair_masks"
    id: Mapped[int] = key()
    pair_id: Mapped[int] = references("pairs.id", index=True)
    # A PNG in the media store.
    sha256: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = now()


class PairCheck(Base):
    """What was measured on a pair by one version of the checks with one mask. Append-only.

    The newest row made with the newest mask counts; a measurement that is asked for again is added again.
    """

    __tablename__ = "pair_checks"
    id: Mapped[int] = key()
    pair_id: Mapped[int] = references("pairs.id", index=True)
    # Hash of the checks, their thresholds and the models that were asked.
    fingerprint: Mapped[str]
    # The same hash without models, if models were asked: this check answers for that one too.
    includes: Mapped[str | None]
    # The corrected mask it was measured with, none if the program found the object.
    given_mask_sha256: Mapped[str | None]
    verdict: Mapped[str]
    sentence: Mapped[str]
    # Everything measured, with the findings, and which models were asked.
    report: Mapped[dict[str, Any]]
    # Set if the counterfactual has to be moved before the pair is used.
    alignment: Mapped[dict[str, Any] | None]
    # PNGs in the media store.
    mask_sha256: Mapped[str]
    effect_sha256: Mapped[str]
    alpha_sha256: Mapped[str]
    change_sha256: Mapped[str]
    report_sha256: Mapped[str]
    checked_at: Mapped[datetime] = now()
    __table_args__ = (CheckConstraint("verdict IN ('pass', 'warn', 'fail')", name="known_verdict"),)
