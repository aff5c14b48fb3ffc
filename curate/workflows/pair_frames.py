"""Frames: photos that are handed in for pairs. Their bytes are kept, because a memory card goes away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

from curate.database import frames, photo_intake, photos
from curate.errors import MediaDamagedError, MediaMissingError, PhotoError
from curate.photos.facts import examine
from curate.records import PhotoRights
from curate.workflows.ingest import THUMBNAIL_SUFFIX
from curate.workflows.pair_records import FRAME_SUFFIX, StoredFrame
from curate.workflows.tombstones import Tombstones
from curate.workspace import Workspace


def store_frame(workspace: Workspace, data: bytes, name: str, *, by: str) -> StoredFrame:
    """Copy a photo into the media store, then remember it as a frame.

    Args:
        data: The file's bytes.
        name: The file's name, shown to people; never part of a path.
        by: Who sends it.

    Raises:
        PhotoError: the bytes are no photo that can be decoded, or one that was taken down.
        MediaError: the media store cannot be written.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    with workspace.transaction() as session:
        known = photos.by_sha256(session, [sha256])
    # Looked at once only: what could be decoded then can be decoded now.
    examined = None if known else examine(data, name, max_pixels=workspace.settings.max_pixels)
    with workspace.claims() as claims:
        claims.share_writing()
        with workspace.transaction() as session:
            stones = Tombstones(session, workspace.settings.max_pixels)
        if why := stones.refusal_of(examined.facts, lambda: data) if examined else stones.refusal(sha256):
            raise PhotoError(why)
        media = workspace.media
        media.put(data, FRAME_SUFFIX)
        thumbnail = media.put(examined.thumbnail, THUMBNAIL_SUFFIX) if examined else ""
        with workspace.transaction() as session:
            if examined:
                photo_intake.record_photo(session, examined.facts, thumbnail, PhotoRights())
            key = photos.by_sha256(session, [sha256])[sha256].id
            uri = media.uri(sha256, FRAME_SUFFIX)
            photo_intake.record_file(session, uri, key, sha256)
            if examined:
                stones.warn(session, [(uri, examined.facts)])
            new = frames.record(session, key, by, name)
            stored = frames.only(session, sha256)
    return StoredFrame(sha256, new, stored.width, stored.height, stored.format)


def frame_bytes(workspace: Workspace, sha256: str) -> bytes:
    """The bytes of a stored frame, checked.

    Raises:
        PhotoError: they are missing or damaged in the media store.
        MediaError: the store does not answer.
    """
    try:
        return workspace.media.get(sha256, FRAME_SUFFIX)
    except (MediaMissingError, MediaDamagedError) as error:
        raise PhotoError(
            f"The stored photo {sha256[:12]} is missing or damaged: hand in the same file once more."
        ) from error


def known(
    workspace: Workspace, sha256s: Iterable[str], viewer: str | None = None
) -> Mapping[str, list[UUID]]:
    """Which of these files are frames of pairs that the viewer may see, and of which pairs."""
    with workspace.transaction() as session:
        return frames.pairs_of(session, sha256s, viewer)
