"""Which photos are one photo: near-duplicates by whole-photo evidence."""

from __future__ import annotations

from sqlalchemy.orm import Session

from curate.database import photos
from index.near_duplicates import near_duplicate_keys


def photo_keys(session: Session, distance: int) -> dict[int, int]:
    """For the key of every photo that can be mined a number that near-duplicate photos share."""
    keys, _, hashes = photos.all_hashes(session, with_frames=False)
    return dict(zip(keys, near_duplicate_keys(hashes, distance).tolist(), strict=True))


def photo_components(session: Session, distance: int) -> dict[str, str]:
    """For the sha256 of every photo, frames of pairs too, the smallest sha256 among its near-duplicates."""
    _, digests, hashes = photos.all_hashes(session, with_frames=True)
    return {
        sha256: digests[first]
        for sha256, first in zip(digests, near_duplicate_keys(hashes, distance).tolist(), strict=True)
    }
