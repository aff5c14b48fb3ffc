"""The manifests that were exported from this workspace, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import (
    Decision,
    Manifest,
    ManifestDecision,
    ManifestFolder,
    ManifestPhoto,
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
    """The manifest called ``text``: name, name-version or the start of its hash; of a name the newest.

    Raises:
        NotFoundError: there is none, or several of one version or hash.
    """
    full = Manifest.name + "-" + Manifest.version
    exact = _read(session, _rows(or_(full == text, _starts(text))))
    if len(exact) > 1:
        hashes = ", ".join(each.content_hash[:12] for each in exact)
        raise NotFoundError(f"Several manifests are called {text!r}: say which by its hash: {hashes}.")
    found = exact or _read(session, _rows(Manifest.name == text))
    if not found:
        raise NotFoundError(
            f"There is no manifest {text!r}, nor a folder: `curate manifests list` names those there are."
        )
    return found[-1]


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


def holding(session: Session, photo_id: int) -> list[tuple[RegisteredManifest, str]]:
    """Manifests that hold a photo, oldest first, each with the photo's split."""
    held = select(ManifestPhoto.manifest_id).where(ManifestPhoto.photo_id == photo_id)
    split = session.scalar(select(PhotoSplit.split).where(PhotoSplit.photo_id == photo_id)) or ""
    return [(each, split) for each in _read(session, _rows(Manifest.id.in_(held)))]


def taken_down(session: Session, content_hash: str) -> int:
    """How many of its photos were taken down since."""
    rows = (
        select(func.count())
        .select_from(ManifestPhoto)
        .join(Manifest, Manifest.id == ManifestPhoto.manifest_id)
        .join(Takedown, Takedown.photo_id == ManifestPhoto.photo_id)
        .where(Manifest.content_hash == content_hash)
    )
    return session.scalar(rows) or 0


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
