"""Photos that are on record: where they lie, what is known of them, and whether they may be seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from curate.database import takedowns
from curate.database.among import among
from curate.database.tables import Photo, PhotoFile
from curate.database.takedowns import Tombstone
from curate.records import PhotoFacts, PhotoRef


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photo at one of its places."""

    ref: PhotoRef
    orientation: int
    """EXIF orientation 1..8 of the stored pixels."""


def keys_at(session: Session, uris: Iterable[str]) -> dict[str, int]:
    """Keys of the photos that lie at ``uris``, as far as we know."""
    rows = session.execute(select(PhotoFile.uri, PhotoFile.photo_id).where(among(PhotoFile.uri, uris)))
    return {uri: key for uri, key in rows}


def by_keys(session: Session, keys: Iterable[int]) -> dict[int, PhotoRef]:
    photos = session.scalars(select(Photo).where(among(Photo.id, keys))).all()
    return {ref.id: ref for ref in refs(session, photos)}


def uris(session: Session, key: int) -> list[str]:
    """Where the bytes of a photo were seen, taken down or not."""
    rows = select(PhotoFile.uri).where(PhotoFile.photo_id == key)
    return list(session.scalars(rows.order_by(PhotoFile.seen_at.desc(), PhotoFile.uri)))


def sources(session: Session, keys: Iterable[int]) -> dict[int, str | None]:
    """Where these photos come from, as somebody said; None where nobody did."""
    rows = session.execute(select(Photo.id, Photo.source).where(among(Photo.id, keys)))
    return {key: source for key, source in rows}


def every_source(session: Session) -> list[str]:
    """Every source that was said of any photo, in order."""
    rows = select(Photo.source).where(Photo.source.is_not(None)).distinct().order_by(Photo.source)
    return [source for source in session.scalars(rows) if source is not None]


def by_sha256(session: Session, digests: Iterable[str]) -> dict[str, Photo]:
    rows = session.scalars(select(Photo).where(among(Photo.sha256, digests)))
    return {photo.sha256: photo for photo in rows}


def facts(session: Session, digests: Iterable[str]) -> dict[str, PhotoFacts]:
    """What ingest learned of these photos, by sha256."""
    return {
        sha256: PhotoFacts(
            sha256=sha256,
            byte_count=photo.byte_count,
            format=photo.format,
            width=photo.width,
            height=photo.height,
            orientation=photo.orientation,
            mode=photo.mode,
            exif=photo.exif,
            has_location=photo.has_location,
            perceptual_hash=photo.perceptual_hash % (1 << 64),
        )
        for sha256, photo in by_sha256(session, digests).items()
    }


def refs(session: Session, photos: Sequence[Photo]) -> list[PhotoRef]:
    """The same bytes may lie in several places; where they were seen last they are most likely still."""
    places = (
        select(PhotoFile.photo_id, PhotoFile.uri)
        .where(among(PhotoFile.photo_id, [photo.id for photo in photos]))
        .order_by(PhotoFile.seen_at.desc(), PhotoFile.uri)
    )
    uris: defaultdict[int, list[str]] = defaultdict(list)
    for key, uri in session.execute(places):
        uris[key].append(uri)
    gone = takedowns.of_photos(session, [photo.id for photo in photos])
    return [_ref(photo, uris[photo.id], gone.get(photo.id)) for photo in photos]


def _ref(photo: Photo, uris: Sequence[str], gone: Tombstone | None) -> PhotoRef:
    places, why = ((), f"This photo {gone.words}.") if gone else (tuple(uris), None)
    return PhotoRef(photo.id, photo.sha256, places, photo.width, photo.height, why)


def all_hashes(session: Session) -> tuple[list[int], list[str], NDArray[np.uint64]]:
    """Keys, sha256 and perceptual hashes of all photos, ordered by sha256 so that every run agrees.

    Frames of counterfactual pairs too, and photos that were taken down: what they tied together when it was
    exported stays together.
    """
    rows = session.execute(select(Photo.id, Photo.sha256, Photo.perceptual_hash).order_by(Photo.sha256)).all()
    hashes = np.array([bits for _, _, bits in rows], dtype=np.int64).view(np.uint64)
    return [key for key, _, _ in rows], [sha256 for _, sha256, _ in rows], hashes


def named(session: Session) -> list[NamedPhoto]:
    """Every photo once per place it lies in, for matching annotations by file name."""
    rows = session.execute(
        select(PhotoFile.uri, Photo)
        .join(Photo, Photo.id == PhotoFile.photo_id)
        .where(takedowns.living(Photo.id))
    )
    return [NamedPhoto(PhotoRef(p.id, p.sha256, (uri,), p.width, p.height), p.orientation) for uri, p in rows]


def any_photo(session: Session) -> bool:
    """Whether one was ever taken in."""
    return session.scalar(select(Photo.id).limit(1)) is not None


def every_key(session: Session) -> list[int]:
    """Keys of all photos that were not taken down."""
    return list(session.scalars(select(Photo.id).where(takedowns.living(Photo.id)).order_by(Photo.id)))


def thumbnails(session: Session) -> dict[int, str]:
    """sha256 of the thumbnail of every photo that was not taken down, by photo key."""
    rows = select(Photo.id, Photo.thumbnail_sha256).where(takedowns.living(Photo.id))
    return {key: sha256 for key, sha256 in session.execute(rows)}


def set_thumbnail(session: Session, key: int, sha256: str) -> None:
    session.execute(update(Photo).where(Photo.id == key).values(thumbnail_sha256=sha256))
