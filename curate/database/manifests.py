"""Exported manifests and the split each photo was first exported in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import takedowns
from curate.database.among import among
from curate.database.tables import (
    Decision,
    Manifest,
    ManifestDecision,
    ManifestFolder,
    ManifestPhoto,
    Pair,
    Photo,
    PhotoSplit,
    ReviewItem,
    Shoot,
)
from curate.errors import ExportError
from curate.records import ManifestSpec, WrittenManifest


class ExportedPair(NamedTuple):
    """A pair that an export holds."""

    pair: UUID
    directory: str
    """A folder of the manifest."""
    split: str


# Any number that differs from other uses of advisory locks.
_PLACES = 0x73706C6974


def hold_places(session: Session) -> None:
    """Wait until nobody else says which pairs stand together or where; until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_PLACES)))


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
    """Register a manifest that lies finished on disk; registering it again adds its folder at most.

    ``splits`` maps the sha256 of every photo in the manifest to its split.

    Raises:
        ExportError: Another export placed one of the photos in another split meanwhile, or one was taken
            down.
    """
    if gone := takedowns.of_bytes(session, splits):
        raise ExportError(
            f"{len(gone)} of these photos were taken down meanwhile: "
            f"remove {written.directory} and export again."
        )
    values = {
        "content_hash": written.content_hash,
        "name": spec.name,
        "version": spec.version,
        "task": spec.task,
        "format": spec.format,
        "spec": dict(spec.parameters),
        "counts": dict(written.counts),
    }
    row = insert(Manifest).values(**values)
    again = row.on_conflict_do_update(
        index_elements=[Manifest.content_hash],
        set_={"written_at": func.now()},
    )
    key = session.scalars(again.returning(Manifest.id)).one()
    _add_folder(session, key, str(written.directory))
    rows = session.execute(select(Photo.sha256, Photo.id).where(among(Photo.sha256, splits)))
    photos = {sha256: photo_id for sha256, photo_id in rows}
    placed = [{"photo_id": photos[sha256], "split": split} for sha256, split in splits.items()]
    held = [{"manifest_id": key, "photo_id": photo_id} for photo_id in photos.values()]
    session.execute(insert(PhotoSplit).on_conflict_do_nothing(), placed)
    _check_splits(session, written, splits)
    session.execute(insert(ManifestPhoto).on_conflict_do_nothing(), held)
    cited = session.scalars(select(Decision.id).where(among(Decision.public_id, decision_ids)))
    links = [{"manifest_id": key, "decision_id": decision_id} for decision_id in cited]
    session.execute(insert(ManifestDecision).on_conflict_do_nothing(), links)


def _add_folder(session: Session, key: int, directory: str) -> None:
    row = insert(ManifestFolder).values(manifest_id=key, directory=directory)
    known = [ManifestFolder.manifest_id, ManifestFolder.directory]
    session.execute(row.on_conflict_do_update(index_elements=known, set_={"written_at": func.now()}))


def _check_splits(session: Session, written: WrittenManifest, splits: Mapping[str, str]) -> None:
    stored = known_splits(session)
    if any(stored[sha256] != split for sha256, split in splits.items()):
        raise ExportError(
            "Another export placed some of these photos in another split meanwhile: "
            f"remove {written.directory} and export again."
        )


def pairs_of_shoot(session: Session, shoot: UUID) -> list[ExportedPair]:
    """The pairs of a shoot in every export that rests on decisions about them, by folder and pair."""
    rows = (
        select(ReviewItem.public_id, ManifestFolder.directory, PhotoSplit.split)
        .join(Pair, Pair.item_id == ReviewItem.id)
        .join(Shoot, Shoot.id == Pair.shoot_id)
        .join(PhotoSplit, PhotoSplit.photo_id == Pair.factual_id)
        .join(Decision, Decision.item_id == ReviewItem.id)
        .join(ManifestDecision, ManifestDecision.decision_id == Decision.id)
        .join(ManifestFolder, ManifestFolder.manifest_id == ManifestDecision.manifest_id)
        .where(Shoot.public_id == shoot)
        .order_by(ManifestFolder.directory, ReviewItem.public_id)
        .distinct()
    )
    return [ExportedPair(*row) for row in session.execute(rows)]


def is_registered(session: Session, content_hash: str) -> bool:
    """Whether a manifest with exactly this content was exported from this workspace."""
    rows = select(Manifest.id).where(Manifest.content_hash == content_hash)
    return session.scalar(rows) is not None
