"""Exported manifests and the split each photo was first exported in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Select, Text, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import takedowns
from curate.database.among import among
from curate.database.tables import (
    Base,
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
from curate.manifest_records import ManifestSpec, WrittenManifest


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
    _place(session, written, splits)
    held = select(literal(key, BigInteger), Photo.id).where(among(Photo.sha256, splits))
    _fill(session, ManifestPhoto, ["manifest_id", "photo_id"], held)
    cited = select(literal(key, BigInteger), Decision.id).where(among(Decision.public_id, decision_ids))
    _fill(session, ManifestDecision, ["manifest_id", "decision_id"], cited)


def _fill(session: Session, table: type[Base], columns: list[str], rows: Select[*tuple[Any, ...]]) -> None:
    """Add the rows that are not there yet, however many, without having them here."""
    session.execute(insert(table).from_select(columns, rows).on_conflict_do_nothing())


def _add_folder(session: Session, key: int, directory: str) -> None:
    row = insert(ManifestFolder).values(manifest_id=key, directory=directory)
    known = [ManifestFolder.manifest_id, ManifestFolder.directory]
    session.execute(row.on_conflict_do_update(index_elements=known, set_={"written_at": func.now()}))


def _place(session: Session, written: WrittenManifest, splits: Mapping[str, str]) -> None:
    """Store the splits of photos that have none yet, and refuse others than are stored."""
    by_split: defaultdict[str, list[str]] = defaultdict(list)
    for sha256, split in splits.items():
        by_split[split].append(sha256)
    for split, photos in sorted(by_split.items()):
        placed = select(Photo.id, literal(split, Text)).where(among(Photo.sha256, photos))
        _fill(session, PhotoSplit, ["photo_id", "split"], placed)
        elsewhere = select(PhotoSplit.photo_id).join(Photo, Photo.id == PhotoSplit.photo_id)
        elsewhere = elsewhere.where(among(Photo.sha256, photos), PhotoSplit.split != split)
        if session.scalar(elsewhere.limit(1)) is not None:
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
