"""In which split every photo stands, over columns: ``curate.exporters.splits`` for any number of photos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from curate.database import approval_columns
from curate.exporters.splits import SPLITS, drawn_split
from curate.workflows.approval import Approval
from curate.workflows.settled import Flags, Numbers, component_of
from curate.workflows.things import places_in
from index.near_duplicates import near_duplicate_keys

NOWHERE = -1
"""Instead of an index in ``SPLITS``."""


@dataclass(frozen=True, slots=True)
class Photos:
    """All photos, numbered in the order of their sha256."""

    keys: Numbers
    """Inside Postgres."""
    digests: NDArray[np.bytes_]
    """sha256, 32 bytes each."""
    same: Numbers
    """For each the smallest number among its near-duplicates."""

    def numbers(self, keys: Numbers) -> Numbers:
        """Of the photos with these keys."""
        return places_in(self.keys, keys)

    def numbers_of(self, sha256s: Iterable[str]) -> Numbers:
        """Of the photos with these hashes."""
        wanted = np.array([bytes.fromhex(each) for each in sha256s], dtype="S32")
        return np.searchsorted(self.digests, wanted)

    def sha256(self, number: int) -> str:
        """Of one photo, hexadecimal."""
        # numpy drops zeros at the end.
        digest: bytes = self.digests[number]
        return digest.ljust(32, b"\0").hex()


def read_photos(session: Session, distance: int) -> Photos:
    """Every photo, frames of pairs too; perceptual hashes up to ``distance`` bits apart are one photo."""
    found = approval_columns.photos(session)
    return Photos(found["key"], found["sha256"], near_duplicate_keys(found["hash"].view(np.uint64), distance))


@dataclass(frozen=True, slots=True)
class Places:
    """Where photos stand, by their numbers."""

    split: Numbers
    """Index in ``SPLITS``, or ``NOWHERE``: such a photo must not be exported."""
    torn: Flags
    """Whether later data tied a photo to one of another split."""

    def of_sets(self, approved: Approval, photos: Photos) -> Numbers:
        """The split of each accepted set, as ``of_groups`` gives it."""
        members = approved.approved()
        shown = photos.numbers(approved.things.photos[members])
        return self.of_groups(approved.home[members], shown, int(approved.home.max(initial=-1)) + 1)

    def of_groups(self, group: Numbers, photos: Numbers, count: int) -> Numbers:
        """The one split that holds all photos of each group: an index in ``SPLITS``, else ``NOWHERE``.

        Args:
            group: Number of the group that the photo at the same place belongs to.
            photos: Numbers of photos.
            count: How many groups there are; those without photos have no place.
        """
        lowest, highest = np.full(count, len(SPLITS)), np.full(count, NOWHERE)
        np.minimum.at(lowest, group, self.split[photos])
        np.maximum.at(highest, group, self.split[photos])
        return np.where(lowest == highest, lowest, NOWHERE)

    def torn_groups(self, group: Numbers, photos: Numbers, count: int) -> Flags:
        """Whether a photo of each group is torn; arguments as of ``of_groups``."""
        torn = np.zeros(count, dtype=np.bool_)
        np.logical_or.at(torn, group, self.torn[photos])
        return torn


def place(
    photos: Photos,
    links: tuple[Numbers, Numbers],
    known: Mapping[str, Numbers],
    required: Mapping[str, str],
    *,
    seed: int,
    shares: tuple[int, int, int],
) -> Places:
    """As ``exporters.splits.place_links``, each photo with its near-duplicates.

    Args:
        photos: All there are.
        links: Numbers of photos that belong on one side with those at the same places; a photo alone is
            linked with itself.
        known: Columns ``photo`` (number) and ``split`` of earlier exports, which stay.
        required: The only split a photo (sha256) may be in.
        seed: Goes into the hash that places new components.
        shares: Weights of train, validation and test.
    """
    count = len(photos.keys)
    only = np.full(count, NOWHERE)
    only[photos.numbers_of(required)] = [SPLITS.index(split) for split in required.values()]
    stored = np.full(count, NOWHERE)
    stored[known["photo"]] = known["split"]
    shown = (only != NOWHERE) | (stored != NOWHERE)
    for end in links:
        shown[end] = True
    alike = np.flatnonzero(shown)
    shown[photos.same[alike]] = True
    part = component_of(
        count, np.concatenate([links[0], alike]), np.concatenate([links[1], photos.same[alike]])
    )
    sides = np.zeros(count, dtype=np.int64)  # of each component a bit for each split
    for told in (stored, only):
        says = np.flatnonzero(told != NOWHERE)
        np.bitwise_or.at(sides, part[says], 1 << told[says])
    torn = shown & (np.bitwise_count(sides)[part] > 1)
    chosen = _sides(photos, part, shown, sides, seed, shares)
    kept = np.where((only == NOWHERE) | (only == stored), stored, NOWHERE)
    return Places(np.where(torn, kept, np.where(shown, chosen[part], NOWHERE)), torn)


def _sides(
    photos: Photos, part: Numbers, shown: Flags, sides: Numbers, seed: int, shares: tuple[int, int, int]
) -> Numbers:
    """The split of each component that has one, at the number of its first photo."""
    chosen = np.full(len(part), NOWHERE)
    for index in range(len(SPLITS)):
        chosen[sides == 1 << index] = index
    for first in np.flatnonzero(shown & (part == np.arange(len(part))) & (sides == 0)).tolist():
        chosen[first] = SPLITS.index(drawn_split(photos.sha256(first), seed, shares))
    return chosen
