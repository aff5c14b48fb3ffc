"""Outputs of removers and what was measured on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, key, now, references


class Removal(Base):
    """Output of a remover for one object; its public id is that of its review item. Append-only."""

    __tablename__ = "removals"
    id: Mapped[int] = key()
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id", ondelete="RESTRICT"), unique=True)
    object_id: Mapped[int] = references("objects.id")
    remover_id: Mapped[int] = references("models.id")
    segmenter_id: Mapped[int] = references("models.id")
    # Hash of remover, segmenter and the dilation that was asked for: one removal each.
    recipe: Mapped[str] = mapped_column(index=True)
    # By how many pixels the object's mask was widened, asked for or by the default rule.
    dilation: Mapped[int]
    # The working region, pixels of the upright photo: outside of it the output is the photo.
    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    # PNGs of the upright photo's size in the media store: the photo without the object, the mask that the
    # remover got, and the object's own mask.
    output_sha256: Mapped[str]
    mask_sha256: Mapped[str]
    object_mask_sha256: Mapped[str]
    # Of the remover alone.
    seconds: Mapped[float]
    made_at: Mapped[datetime] = now()
    __table_args__ = (
        UniqueConstraint("object_id", "recipe"),
        CheckConstraint("x >= 0 AND y >= 0 AND width > 0 AND height > 0", name="region_has_area"),
        CheckConstraint("dilation >= 0", name="dilation_widens"),
    )


class RemovalMeasurement(Base):
    """Numbers of one removal by one version of the measures; the newest row counts. Append-only."""

    __tablename__ = "removal_measurements"
    id: Mapped[int] = key()
    removal_id: Mapped[int] = references("removals.id")
    # Hash of the measures, their thresholds and the models that were asked.
    fingerprint: Mapped[str]
    numbers: Mapped[dict[str, Any]]
    suggested_reasons: Mapped[list[str]]
    measured_at: Mapped[datetime] = now()
    # Not unique with the fingerprint: going back to earlier measures is one more row.
    __table_args__ = (Index(None, "removal_id", "id"),)
