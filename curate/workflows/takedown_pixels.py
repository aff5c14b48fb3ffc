"""The hashes by which a photo that is taken down is known again in another file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from curate.database import photos
from curate.errors import PhotoError
from curate.photos.pixel_hash import pixel_hash
from curate.photos.sources import read_photo_bytes
from curate.records import PhotoRef
from curate.workflows.tombstones import ALIKE
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


def with_copies(workspace: Workspace, keys: Collection[int]) -> list[int]:
    """These photos, and the living ones that have the pixels of one of them in another file.

    Looked for among those that look alike; what is not there to be read is no copy.
    """
    with workspace.transaction() as session:
        every, _, hashes = photos.all_hashes(session)
        living = set(photos.every_key(session)) - set(keys)
    place = {key: at for at, key in enumerate(every)}
    alike = {key: np.bitwise_count(hashes ^ hashes[place[key]]) <= ALIKE for key in keys}
    near = {key: living.intersection(np.array(every)[found].tolist()) for key, found in alike.items()}
    pixels = pixel_hashes(workspace, {*near, *set().union(*near.values())}, {}) if any(near.values()) else {}
    copies = {
        other for key, others in near.items() for other in others if None is not pixels[key] == pixels[other]
    }
    return [*keys, *sorted(copies)]


def _pixel_hash(photo: PhotoRef, places: Collection[str], max_pixels: int) -> str | None:
    there = replace(photo, uris=(*photo.uris, *places), taken_down=None)
    try:
        return pixel_hash(read_photo_bytes(there), max_pixels)
    except PhotoError:
        return None
