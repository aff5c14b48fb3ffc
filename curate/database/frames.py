"""Frames: photos that were handed in for pairs, who sent them, and which pairs they are in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import takedowns
from curate.database.among import among
from curate.database.tables import Frame, FrameSender, Pair, Photo, PhotoFile, ReviewItem, Shoot
from curate.errors import NotFoundError


class KnownFrame(NamedTuple):
    """A stored frame."""

    key: int
    """Of the photo; never leaves the program."""
    sha256: str
    width: int
    height: int
    format: str


def record(session: Session, photo_id: int, sender: str, name: str) -> bool:
    """Remember a photo as a frame, and who had its bytes; False if it was a frame before."""
    row = insert(Frame).values(photo_id=photo_id).on_conflict_do_nothing().returning(Frame.photo_id)
    new = session.scalar(row) is not None
    sent = insert(FrameSender).values(photo_id=photo_id, sender=sender, name=name)
    session.execute(sent.on_conflict_do_nothing())
    return new


def known(session: Session, sha256s: Iterable[str], viewer: str | None = None) -> dict[str, KnownFrame]:
    """Those of these files that are frames which the viewer sent or may see in a pair, and not taken down."""
    rows = (
        select(Photo.id, Photo.sha256, Photo.width, Photo.height, Photo.format)
        .join(Frame, Frame.photo_id == Photo.id)
        .where(among(Photo.sha256, sha256s), takedowns.living(Photo.id))
    )
    if viewer is not None:
        sent = exists().where(FrameSender.photo_id == Photo.id, FrameSender.sender == viewer)
        seen = exists().where(_in_pair(), Pair.shoot_id == Shoot.id, Shoot.photographer == viewer)
        rows = rows.where(or_(sent, seen))
    return {row.sha256: KnownFrame(*row) for row in session.execute(rows)}


def only(session: Session, sha256: str, viewer: str | None = None) -> KnownFrame:
    """One frame.

    Raises:
        NotFoundError: there is none that the viewer sent or may see, or it was taken down.
    """
    found = known(session, [sha256], viewer).get(sha256)
    if found is None:
        if gone := takedowns.of_bytes(session, [sha256]).get(sha256):
            raise NotFoundError(f"The photo {sha256[:12]} {gone.words}: hand in another one.")
        raise NotFoundError(f"The photo {sha256[:12]} was not handed in: send the file first.")
    return found


def pairs_of(session: Session, sha256s: Iterable[str], viewer: str | None = None) -> dict[str, list[UUID]]:
    """The pairs that the viewer may see, oldest first, by the sha256 of each of these files in them."""
    rows = (
        select(Photo.sha256, ReviewItem.public_id)
        .join(Pair, _in_pair())
        .join(ReviewItem, ReviewItem.id == Pair.item_id)
        .where(among(Photo.sha256, sha256s), *living_frames())
        .order_by(Pair.id)
    )
    if viewer is not None:
        rows = rows.join(Shoot, Shoot.id == Pair.shoot_id).where(Shoot.photographer == viewer)
    found: dict[str, list[UUID]] = defaultdict(list)
    for sha256, public_id in session.execute(rows):
        found[sha256].append(public_id)
    return dict(found)


def every(session: Session) -> dict[int, str]:
    """sha256 of every frame that was not taken down by the key of its photo."""
    rows = select(Photo.id, Photo.sha256).join(Frame, Frame.photo_id == Photo.id)
    rows = rows.where(takedowns.living(Photo.id))
    return {key: sha256 for key, sha256 in session.execute(rows)}


def uris(session: Session, keys: Iterable[int]) -> dict[int, str]:
    """Where the media store keeps each of these frames, by the key of its photo."""
    rows = (
        select(PhotoFile.photo_id, PhotoFile.uri)
        .join(Photo, Photo.id == PhotoFile.photo_id)
        # What lies in the media store is known by its content and by nothing else.
        .where(among(PhotoFile.photo_id, keys), PhotoFile.state_token == Photo.sha256)
        .order_by(PhotoFile.seen_at)
    )
    return {key: uri for key, uri in session.execute(rows)}


def living_frames() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether neither frame of a row of ``pairs`` was taken down."""
    return takedowns.living(Pair.factual_id), takedowns.living(Pair.counterfactual_id)


def is_frame() -> ColumnElement[bool]:
    """Whether a row of ``photos`` is a frame: what no detector or embedder looks at."""
    return exists().where(Frame.photo_id == Photo.id)


def _in_pair() -> ColumnElement[bool]:
    return or_(Pair.factual_id == Photo.id, Pair.counterfactual_id == Photo.id)
