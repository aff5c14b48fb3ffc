"""Everything of one photo that a takedown erases, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import frames, photos, takedown_rows
from curate.workflows.ingest import THUMBNAIL_SUFFIX
from curate.workflows.pair_records import FRAME_SUFFIX, IMAGE_SUFFIX


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the database names of a photo; the same for as long as the takedown is not finished."""

    photo_id: int
    """Key inside Postgres."""
    sha256: str
    uris: tuple[str, ...]
    """Where its bytes were seen; frames in the media store are not among them."""
    objects: tuple[UUID, ...]
    groups: tuple[UUID, ...]
    removals: tuple[UUID, ...]
    pairs: tuple[UUID, ...]
    vectors: int
    """Of its objects, by all embedders."""
    media: frozenset[str]
    """Names in the media store: thumbnail, frame, outputs, masks and pictures. Others may need them too."""

    @property
    def renditions(self) -> tuple[str, ...]:
        """How the names of all kept pictures of it begin."""
        return (f"{self.sha256}-", *(f"{each}-" for each in (*self.objects, *self.removals)))


def holdings(session: Session, photo_id: int) -> Holdings:
    """What there is of a photo, taken down or not."""
    photo = takedown_rows.photo(session, photo_id)
    removed = takedown_rows.removals_of(session, photo_id)
    paired = takedown_rows.pairs_of(session, photo_id)
    pngs = {name for names in (*removed.values(), *paired.values()) for name in names}
    media = {f"{each}{IMAGE_SUFFIX}" for each in pngs} | {f"{photo.sha256}{FRAME_SUFFIX}"}
    if photo.thumbnail_sha256:
        media.add(f"{photo.thumbnail_sha256}{THUMBNAIL_SUFFIX}")
    stored = frames.uris(session, [photo_id]).get(photo_id)
    return Holdings(
        photo_id=photo_id,
        sha256=photo.sha256,
        uris=tuple(uri for uri in photos.uris(session, photo_id) if uri != stored),
        objects=tuple(takedown_rows.objects_of(session, photo_id)),
        groups=tuple(takedown_rows.groups_of(session, photo_id)),
        removals=tuple(removed),
        pairs=tuple(paired),
        vectors=takedown_rows.vector_count(session, photo_id),
        media=frozenset(media),
    )
