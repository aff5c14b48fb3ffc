"""Exported manifests, where they lie and what they rest on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from curate.database.tables.base import Base, key, now, references


class Manifest(Base):
    """An exported approved set, known by the hash of its content."""

    __tablename__ = "manifests"
    id: Mapped[int] = key()
    content_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    version: Mapped[str]
    task: Mapped[str]
    format: Mapped[str] = mapped_column(server_default="imagefolder")
    spec: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    written_at: Mapped[datetime] = now()


class ManifestFolder(Base):
    """Every folder that a manifest was written to: content that was exported twice lies in two."""

    __tablename__ = "manifest_folders"
    manifest_id: Mapped[int] = references("manifests.id", primary_key=True)
    directory: Mapped[str] = mapped_column(primary_key=True)
    written_at: Mapped[datetime] = now()


class ManifestDecision(Base):
    """The decisions a manifest rests on."""

    __tablename__ = "manifest_decisions"
    manifest_id: Mapped[int] = references("manifests.id", primary_key=True)
    decision_id: Mapped[int] = references("decisions.id", primary_key=True)


class ManifestPhoto(Base):
    """The photos a manifest holds."""

    __tablename__ = "manifest_photos"
    manifest_id: Mapped[int] = references("manifests.id", primary_key=True)
    photo_id: Mapped[int] = references("photos.id", primary_key=True, index=True)
