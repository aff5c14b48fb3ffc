"""Photos: recording what ingest found and choosing what a stage has still to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import frames, takedowns
from curate.database.among import among
from curate.database.tables import Detected, Embedded, Failure, Object, Photo, PhotoFile
from curate.database.takedowns import Tombstone
from curate.records import PhotoFacts, PhotoRef, PhotoRights


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photo at one of its places."""

    ref: PhotoRef
    orientation: int
    """EXIF orientation 1..8 of the stored pixels."""


def known_tokens(session: Session, uris: Iterable[str]) -> dict[str, str]:
    """State tokens of the files among ``uris`` that were ingested before."""
    rows = session.execute(select(PhotoFile.uri, PhotoFile.state_token).where(among(PhotoFile.uri, uris)))
    return {uri: token for uri, token in rows}


def keys_at(session: Session, uris: Iterable[str]) -> dict[str, int]:
    """Keys of the photos that lie at ``uris``, as far as we know."""
    rows = session.execute(select(PhotoFile.uri, PhotoFile.photo_id).where(among(PhotoFile.uri, uris)))
    return {uri: key for uri, key in rows}


class Recorded(NamedTuple):
    """A photo that was read."""

    key: int
    """Inside Postgres."""
    new: bool
    filled: bool
    """Whether rights that nobody had said of it before are on record now."""


def record_photo(session: Session, facts: PhotoFacts, thumbnail_sha256: str, rights: PhotoRights) -> Recorded:
    """Store the photo with these bytes, unless it is there.

    Rights that are given fill in what nobody said before; they never overwrite what somebody said.
    """
    values = {
        "sha256": facts.sha256,
        "byte_count": facts.byte_count,
        "format": facts.format,
        "width": facts.width,
        "height": facts.height,
        "orientation": facts.orientation,
        "mode": facts.mode,
        "exif": dict(facts.exif),
        "has_location": facts.has_location,
        "perceptual_hash": _signed(facts.perceptual_hash),
        "thumbnail_sha256": thumbnail_sha256,
        "source": rights.source,
        "licence": rights.licence,
        "consent": rights.consent,
    }
    new = session.scalar(insert(Photo).values(**values).on_conflict_do_nothing().returning(Photo.id))
    if new is not None:
        return Recorded(new, new=True, filled=False)
    key = session.scalars(select(Photo.id).where(Photo.sha256 == facts.sha256)).one()
    return Recorded(key, new=False, filled=_fill_rights(session, Photo.id == key, rights) > 0)


def record_file(session: Session, uri: str, photo_id: int, state_token: str) -> None:
    """Remember that the photo's bytes lie at ``uri``; another photo that lay there has moved away."""
    row = insert(PhotoFile).values(uri=uri, photo_id=photo_id, state_token=state_token)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[PhotoFile.uri],
            set_={"photo_id": photo_id, "state_token": state_token, "seen_at": func.now()},
        )
    )


def fill_rights_of_files(session: Session, uris: Sequence[str], rights: PhotoRights) -> int:
    """Fill in the rights of photos that are here already and were read again by name only; of how many."""
    if rights == PhotoRights():
        return 0
    here = Photo.id.in_(select(PhotoFile.photo_id).where(among(PhotoFile.uri, uris)))
    # Locked in the order in which ingest writes photos; an UPDATE alone takes rows as they come, and two
    # commands would wait for each other.
    keys = session.scalars(
        select(Photo.id).where(here).order_by(Photo.sha256).with_for_update(key_share=True)
    ).all()
    return _fill_rights(session, among(Photo.id, keys), rights)


def _fill_rights(session: Session, which: ColumnElement[bool], rights: PhotoRights) -> int:
    """Of how many photos something was said that nobody had said before."""
    said = {
        column: value
        for column, value in (
            (Photo.source, rights.source),
            (Photo.licence, rights.licence),
            (Photo.consent, rights.consent),
        )
        if value is not None
    }
    if not said:
        return 0
    unsaid = or_(*(column.is_(None) for column in said))
    filled = {column: func.coalesce(column, value) for column, value in said.items()}
    changed = update(Photo).where(which, unsaid).values(filled).returning(Photo.id)
    return len(session.scalars(changed, execution_options={"synchronize_session": False}).all())


def _signed(bits: int) -> int:
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def to_detect(model_id: int, fingerprint: str, *, retry_failed: bool) -> Select[Photo]:
    """Photos this detector has not seen; frames of pairs are none of its business."""
    seen = exists().where(Detected.photo_id == Photo.id, Detected.model_id == model_id)
    return select(Photo).where(~seen, *can_be_mined(), *_not_failed("detect", fingerprint, retry_failed))


def to_embed(
    model_id: int, fingerprint: str, *, retry_failed: bool, detector_id: int | None = None
) -> Select[Photo]:
    """Photos with an object, of one detector or of all, this embedder has not seen; no frames of pairs."""
    has_vector = exists().where(Embedded.object_id == Object.id, Embedded.model_id == model_id)
    waiting = exists().where(Object.photo_id == Photo.id, ~has_vector)
    if detector_id is not None:
        waiting = waiting.where(Object.model_id == detector_id)
    return select(Photo).where(waiting, *can_be_mined(), *_not_failed("embed", fingerprint, retry_failed))


def can_be_mined() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ~frames.is_frame(), takedowns.living(Photo.id)


def _not_failed(stage: str, fingerprint: str, retry_failed: bool) -> list[ColumnElement[bool]]:
    if retry_failed:
        return []
    failed = exists().where(
        Failure.stage == stage, Failure.subject == Photo.sha256, Failure.fingerprint == fingerprint
    )
    return [~failed]


def count(session: Session, which: Select[Photo]) -> int:
    return session.scalar(select(func.count()).select_from(which.subquery())) or 0


def page(session: Session, which: Select[Photo], after: int, limit: int) -> list[PhotoRef]:
    """Up to ``limit`` photos of ``which`` with a key above ``after``, in key order."""
    photos = session.scalars(which.where(Photo.id > after).order_by(Photo.id).limit(limit)).all()
    return _with_uris(session, photos)


def still_in(session: Session, which: Select[Photo], keys: Sequence[int]) -> set[int]:
    """Which of ``keys`` still belong to ``which``: somebody else may have finished them meanwhile."""
    return set(session.scalars(which.with_only_columns(Photo.id).where(among(Photo.id, keys))))


def by_keys(session: Session, keys: Iterable[int]) -> dict[int, PhotoRef]:
    photos = session.scalars(select(Photo).where(among(Photo.id, keys))).all()
    return {ref.id: ref for ref in _with_uris(session, photos)}


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


def _with_uris(session: Session, photos: Sequence[Photo]) -> list[PhotoRef]:
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


def every_key(session: Session) -> list[int]:
    """Keys of all photos that were not taken down."""
    return list(session.scalars(select(Photo.id).where(takedowns.living(Photo.id)).order_by(Photo.id)))


def thumbnails(session: Session) -> dict[int, str]:
    """sha256 of the thumbnail of every photo that was not taken down, by photo key."""
    rows = select(Photo.id, Photo.thumbnail_sha256).where(takedowns.living(Photo.id))
    return {key: sha256 for key, sha256 in session.execute(rows)}


def set_thumbnail(session: Session, key: int, sha256: str) -> None:
    session.execute(update(Photo).where(Photo.id == key).values(thumbnail_sha256=sha256))
