"""Recording photos that were read, where they lie, and the rights in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.among import among
from curate.database.tables import Photo, PhotoFile
from curate.records import PhotoFacts, PhotoRights


def known_tokens(session: Session, uris: Iterable[str]) -> dict[str, str]:
    """State tokens of the files among ``uris`` that were ingested before."""
    rows = session.execute(select(PhotoFile.uri, PhotoFile.state_token).where(among(PhotoFile.uri, uris)))
    return {uri: token for uri, token in rows}


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
