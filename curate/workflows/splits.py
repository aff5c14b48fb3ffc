"""Which accepted sets must stand on one side of a training, and on which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import edges, manifests
from curate.exporters.splits import SplitAssignment, place_links
from curate.verdicts import DIFFERENT, VARIANT, Pair
from curate.workflows import pair_splits

TIED = (
    "exported where they stood before, though by now they are tied to what stands in another split "
    "(`curate leaks` looks for what shows)"
)
"""What an export warns of: it moves nothing that was exported."""


def split_sets(
    session: Session,
    sets: Sequence[Collection[UUID]],
    photo_of: Mapping[UUID, str],
    relations: Mapping[Pair, str],
    same_photo: Mapping[str, str],
    *,
    seed: int,
    shares: tuple[int, int, int],
) -> SplitAssignment:
    """Place the photos of accepted sets; nothing that may be one thing lands on two sides.

    Photos of shoots that were taken to test with, and their near-duplicates, have a place in no other split.

    Args:
        session: Knows the edges of all mining runs and the splits of earlier exports.
        sets: The accepted sets of object ids, disjoint.
        photo_of: sha256 of each object's photo.
        relations: What decisions say about pairs.
        same_photo: For the sha256 of every photo the smallest sha256 among its near-duplicates.
        seed: For ``assign_splits``, like ``shares``.
    """
    links = set_links(session, sets, photo_of, relations)
    known, held_out = manifests.known_splits(session), pair_splits.held_out(session)
    return place_links(links, known, same_photo, held_out, seed=seed, shares=shares)


def set_links(
    session: Session,
    sets: Sequence[Collection[UUID]],
    photo_of: Mapping[UUID, str],
    relations: Mapping[Pair, str],
) -> list[set[str]]:
    """Photos (sha256) that belong on one side because of accepted sets; arguments as for ``split_sets``."""
    links = [{photo_of[object_id] for object_id in members} for members in sets]
    alike = edges.between(session, [object_id for members in sets for object_id in members])
    return [*links, *look_alike_links(alike, relations, photo_of)]


def look_alike_links(
    alike: Iterable[Pair], relations: Mapping[Pair, str], photo_of: Mapping[UUID, str]
) -> Iterator[set[str]]:
    """Photos (sha256) of two objects that look alike, unless a decision says that these are two things.

    A thing with more views than a group may have becomes several groups. Each may be accepted without a
    word about the others, and then only the edges between them tell that it is one thing. The rule is
    ``ours``: where nobody has judged a pair, uneven shares are better than a leak.
    """
    for one, other in alike:
        if relations.get((one, other)) not in (DIFFERENT, VARIANT):
            yield {photo_of[one], photo_of[other]}
