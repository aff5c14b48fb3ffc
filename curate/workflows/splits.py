"""Which accepted sets must stand on one side of a training, and on which."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import Session

from curate.database import approval_columns
from curate.exporters.splits import SPLITS
from curate.workflows import pair_splits
from curate.workflows.approval import Approval
from curate.workflows.photo_places import Photos, Places, place
from curate.workflows.settled import Numbers
from curate.workflows.things import pair_codes

Links = tuple[Numbers, Numbers]
"""Numbers of photos that belong on one side with those at the same places of the other column."""

TIED = (
    "exported where they stood before, though by now they are tied to what stands in another split "
    "(`curate leaks` looks for what shows)"
)
"""What an export warns of: it moves nothing that was exported."""


def place_photos(
    session: Session, photos: Photos, links: Links, *, seed: int, shares: tuple[int, int, int]
) -> Places:
    """Place photos with what earlier exports say; nothing that is linked lands on two sides.

    Photos of shoots that were taken to test with, and their near-duplicates, have a place in no other split.

    Args:
        session: Knows the splits of earlier exports and the pairs.
        photos: All there are.
        links: Of photos that are to be placed.
        seed: For ``place``, like ``shares``.
    """
    stored = approval_columns.known_splits(session, SPLITS)
    known = {"photo": photos.numbers(stored["photo"]), "split": stored["split"]}
    return place(photos, links, known, pair_splits.held_out(session), seed=seed, shares=shares)


def set_links(session: Session, approved: Approval, photos: Photos) -> Links:
    """Photos that belong on one side because of accepted sets.

    Args:
        session: Knows the edges of all mining runs.
        approved: The accepted sets.
        photos: All there are.
    """
    members = approved.approved()
    photo_of = photos.numbers(approved.things.photos)
    # Each member with the first of its set; of an empty set there is none.
    home = approved.home[members]
    first = np.searchsorted(home, home)
    left, right = look_alike_links(session, approved, members)
    return (
        np.concatenate([photo_of[members], photo_of[left]]),
        np.concatenate([photo_of[members[first]], photo_of[right]]),
    )


def look_alike_links(session: Session, approved: Approval, members: Numbers) -> Links:
    """Objects among ``members`` that look alike, unless a decision says that these are two things.

    A thing with more views than a group may have becomes several groups. Each may be accepted without a
    word about the others, and then only the edges between them tell that it is one thing. The rule is
    ``ours``: where nobody has judged a pair, uneven shares are better than a leak.
    """
    things = approved.things
    alike = approval_columns.edges_between(session, things.keys[members])
    left, right = (things.numbers_of_keys(alike[side]) for side in ("left", "right"))
    parted = np.isin(pair_codes(left, right, len(things.keys)), approved.parted)
    return left[~parted], right[~parted]
