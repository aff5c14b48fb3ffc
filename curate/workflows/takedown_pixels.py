"""The hashes by which a photo that is taken down is known again in another file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from curate.database import photos
from curate.errors import PhotoError
from curate.photos.pixel_hash import pixel_hash
from curate.photos.sources import read_photo_bytes
from curate.records import PhotoRef
from curate.workspace import Workspace


def pixel_hashes(
    workspace: Workspace, keys: Collection[int], places: Mapping[int, Sequence[str]]
) -> dict[int, str | None]:
    """For each photo the hash of its pixels, None if its bytes are nowhere any more.

    Args:
        places: URIs that the database may have forgotten, by the keys of their photos.
    """
    with workspace.transaction() as session:
        found = photos.by_keys(session, keys)
    limit = workspace.settings.max_pixels
    return {key: _pixel_hash(found[key], places.get(key, ()), limit) for key in keys}


def _pixel_hash(photo: PhotoRef, places: Collection[str], max_pixels: int) -> str | None:
    there = replace(photo, uris=(*photo.uris, *places), taken_down=None)
    try:
        return pixel_hash(read_photo_bytes(there), max_pixels)
    except PhotoError:
        return None
