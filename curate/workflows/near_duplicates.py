"""Which photos are one photo: near-duplicates by whole-photo evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from curate.database import approval_columns, photos, waiting_photos
from curate.workflows.settled import Numbers
from curate.workflows.things import places_in
from index.near_duplicates import near_duplicate_keys


@dataclass(frozen=True, slots=True, eq=False)
class PhotoKeys:
    """For every photo that can be mined a number that near-duplicate photos share."""

    photos: Numbers
    """Keys inside Postgres."""
    shared: Numbers

    @property
    def different(self) -> int:
        """Photos, near-duplicates taken for one."""
        return len(np.unique(self.shared))

    def of(self, wanted: Numbers) -> Numbers:
        """The numbers of these photos, by their keys inside Postgres."""
        return self.shared[places_in(self.photos, wanted)]


def photo_keys(session: Session, distance: int) -> PhotoKeys:
    """Of the photos as they are now."""
    found = approval_columns.photos(session, *waiting_photos.can_be_mined())
    return PhotoKeys(found["key"], near_duplicate_keys(found["hash"].view(np.uint64), distance))


def photo_components(session: Session, distance: int) -> dict[str, str]:
    """For the sha256 of every photo, frames of pairs too, the smallest sha256 among its near-duplicates."""
    _, digests, hashes = photos.all_hashes(session)
    return {
        sha256: digests[first]
        for sha256, first in zip(digests, near_duplicate_keys(hashes, distance).tolist(), strict=True)
    }
