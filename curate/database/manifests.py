"""Exported manifests and the split each photo was first exported in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.tables import Decision, Manifest, ManifestDecision, ManifestPhoto, Photo, PhotoSplit
from curate.records import ManifestSpec, WrittenManifest


def known_splits(session: Session) -> dict[str, str]:
    """Split by photo sha256, of every photo that was ever exported."""
    rows = select(Photo.sha256, PhotoSplit.split).join(PhotoSplit, PhotoSplit.photo_id == Photo.id)
    return {sha256: split for sha256, split in session.execute(rows)}


def record(
    session: Session,
    written: WrittenManifest,
    spec: ManifestSpec,
    splits: Mapping[str, str],
    decision_ids: Iterable[UUID],
) -> None:
    """Register a manifest that lies finished on disk; registering it again changes nothing but its place.

    ``splits`` maps the sha256 of every photo in the manifest to its split.
    """
    values = {
        "content_hash": written.content_hash,
        "name": spec.name,
        "version": spec.version,
        "task": spec.task,
        "spec": dict(spec.parameters),
        "counts": dict(written.counts),
        "directory": str(written.directory),
    }
    row = insert(Manifest).values(**values)
    again = row.on_conflict_do_update(
        index_elements=[Manifest.content_hash],
        set_={"directory": values["directory"], "written_at": func.now()},
    )
    key = session.scalars(again.returning(Manifest.id)).one()
    rows = session.execute(select(Photo.sha256, Photo.id).where(Photo.sha256.in_(list(splits))))
    photos = {sha256: photo_id for sha256, photo_id in rows}
    for sha256, split in splits.items():
        session.execute(
            insert(PhotoSplit).values(photo_id=photos[sha256], split=split).on_conflict_do_nothing()
        )
        session.execute(
            insert(ManifestPhoto).values(manifest_id=key, photo_id=photos[sha256]).on_conflict_do_nothing()
        )
    decisions = select(Decision.id).where(Decision.public_id.in_(list(decision_ids)))
    for decision_id in session.scalars(decisions).all():
        link = insert(ManifestDecision).values(manifest_id=key, decision_id=decision_id)
        session.execute(link.on_conflict_do_nothing())


def every(session: Session) -> list[Manifest]:
    return list(session.scalars(select(Manifest).order_by(Manifest.written_at, Manifest.id)))
