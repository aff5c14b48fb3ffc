"""The manifests that were exported from this workspace, and what they rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import (
    Decision,
    Manifest,
    ManifestDecision,
    ManifestFolder,
    ManifestPhoto,
    Photo,
    PhotoSplit,
    ReviewItem,
    Takedown,
)
from curate.errors import NotFoundError

_Undo = aliased(Decision)


class RegisteredManifest(NamedTuple):
    """A manifest as it was written; its folder may be gone."""

    content_hash: str
    name: str
    version: str
    task: str
    format: str
    spec: Mapping[str, Any]
    """What it was asked for."""
    counts: Mapping[str, int]
    folders: tuple[Path, ...]
    """Every folder that it was written to, the last one last."""
    written_at: datetime

    @property
    def directory(self) -> Path:
        """The folder that it was written to last."""
        return self.folders[-1]

    @property
    def called(self) -> str:
        """As its folder was called when it was written."""
        return f"{self.name}-{self.version}"


class DecisionsBehind(NamedTuple):
    """Decisions of one kind that a manifest rests on."""

    kind: str
    """``group``, ``pair`` or ``removal``."""
    reviewer_kind: str
    """``person`` or ``automatic``."""
    reviewers: int
    decisions: int
    undone: int
    """How many of them were taken back since."""


def every(session: Session) -> list[RegisteredManifest]:
    """All of them, oldest first."""
    return _read(session, _rows())


def find(session: Session, text: str) -> RegisteredManifest:
    """The manifest called ``text``: name-version, name, or the start of its hash; of a name the newest.

    Raises:
        NotFoundError: there is none, or several of one version or hash, or a name is also a name-version.
    """
    full = _read(session, _rows(Manifest.name + "-" + Manifest.version == text))
    named = _read(session, _rows(Manifest.name == text))
    found = [*full, *named[-1:]] or _read(session, _rows(_starts(text)))
    if len(found) > 1:
        told = ", ".join(
            f"{each.content_hash[:12]} ({each.called} as {each.format} in {each.directory})" for each in found
        )
        raise NotFoundError(f"Several manifests are meant by {text!r}: say which by its hash: {told}.")
    if not found:
        raise NotFoundError(
            f"There is no manifest {text!r}, nor a folder: `curate manifests list` names those there are."
        )
    return found[0]


def by_hash(session: Session, content_hash: str) -> RegisteredManifest | None:
    """The one with exactly this content, if it was exported from this workspace."""
    return next(iter(_read(session, _rows(Manifest.content_hash == content_hash))), None)


def behind(session: Session, content_hash: str) -> list[DecisionsBehind]:
    """The decisions that a manifest rests on, by kind of item and of reviewer."""
    kinds = (ReviewItem.kind, Decision.reviewer_kind)
    rows = (
        select(
            *kinds,
            func.count(Decision.reviewer.distinct()),
            func.count(Decision.id),
            func.count(_Undo.id),
        )
        .join(ManifestDecision, ManifestDecision.decision_id == Decision.id)
        .join(Manifest, Manifest.id == ManifestDecision.manifest_id)
        .join(ReviewItem, ReviewItem.id == Decision.item_id)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(Manifest.content_hash == content_hash)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return [DecisionsBehind(*row) for row in session.execute(rows)]


def said_since(session: Session, items: Iterable[int], since: datetime) -> dict[int, list[Decision]]:
    """What was said after a moment of the items with these keys, undos too, oldest first."""
    rows = select(Decision).where(among(Decision.item_id, items), Decision.decided_at > since)
    found: dict[int, list[Decision]] = {}
    for made in session.scalars(rows.order_by(Decision.id)):
        found.setdefault(made.item_id, []).append(made)
    return found


def holding(
    session: Session, photo_ids: Collection[int]
) -> list[tuple[RegisteredManifest, Mapping[str, str]]]:
    """Manifests that hold any of these photos, oldest first, each with the splits of those by sha256."""
    splits: defaultdict[str, dict[str, str]] = defaultdict(dict)
    rows = (
        select(Manifest.content_hash, Photo.sha256, PhotoSplit.split)
        .join(ManifestPhoto, ManifestPhoto.manifest_id == Manifest.id)
        .join(Photo, Photo.id == ManifestPhoto.photo_id)
        .outerjoin(PhotoSplit, PhotoSplit.photo_id == Photo.id)
        .where(among(Photo.id, photo_ids))
    )
    for content_hash, sha256, split in session.execute(rows):
        splits[content_hash][sha256] = split or ""
    held = _read(session, _rows(among(Manifest.content_hash, splits)))
    return [(each, splits[each.content_hash]) for each in held]


def split_by_other_shares(session: Session, content_hash: str) -> dict[str, int]:
    """Photos of a manifest by split, and how many of ``photos`` got theirs by other shares (``kept``).

    Those are photos whose first manifest asked for other shares than this one.
    """
    this = select(Manifest.id).where(Manifest.content_hash == content_hash).scalar_subquery()
    held = select(ManifestPhoto.photo_id).where(ManifestPhoto.manifest_id == this)
    first = (
        select(ManifestPhoto.photo_id, func.min(ManifestPhoto.manifest_id).label("manifest_id"))
        .where(ManifestPhoto.photo_id.in_(held))
        .group_by(ManifestPhoto.photo_id)
        .subquery()
    )
    asked = select(Manifest.spec["shares"]).where(Manifest.id == this).scalar_subquery()
    rows = (
        select(PhotoSplit.split, func.count(), func.count().filter(Manifest.spec["shares"] != asked))
        .select_from(first)
        .join(Manifest, Manifest.id == first.c.manifest_id)
        .join(PhotoSplit, PhotoSplit.photo_id == first.c.photo_id)
        .group_by(PhotoSplit.split)
    )
    found = session.execute(rows).all()
    return {
        **{split: count for split, count, _ in found},
        "photos": sum(count for _, count, _ in found),
        "kept": sum(kept for _, _, kept in found),
    }


def taken_down(session: Session) -> dict[str, int]:
    """How many of their photos were taken down since, by the content hash of the manifests that have any."""
    rows = (
        select(Manifest.content_hash, func.count())
        .join(ManifestPhoto, Manifest.id == ManifestPhoto.manifest_id)
        .join(Takedown, Takedown.photo_id == ManifestPhoto.photo_id)
        .group_by(Manifest.content_hash)
    )
    return {content_hash: photos for content_hash, photos in session.execute(rows)}


def _starts(text: str) -> ColumnElement[bool]:
    return Manifest.content_hash.startswith(text.lower(), autoescape=True)


def _rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    columns = (
        _folders() if name == "folders" else getattr(Manifest, name) for name in RegisteredManifest._fields
    )
    return select(*columns).where(*conditions).order_by(Manifest.written_at, Manifest.id)


def _folders() -> ScalarSelect[Any]:
    """Of the manifest of a row, as an array."""
    order = aggregate_order_by(ManifestFolder.directory, ManifestFolder.written_at, ManifestFolder.directory)
    rows = select(func.array_agg(order)).where(ManifestFolder.manifest_id == Manifest.id)
    return rows.correlate(Manifest).scalar_subquery()


def _read(session: Session, rows: Select[Any]) -> list[RegisteredManifest]:
    read = [RegisteredManifest(*row) for row in session.execute(rows)]
    return [each._replace(folders=tuple(map(Path, each.folders))) for each in read]
