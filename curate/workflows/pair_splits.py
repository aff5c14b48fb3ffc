"""Which counterfactual pairs must stand on one side of a training, and on which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import manifests, pairs
from curate.exporters.splits import SplitAssignment, place_links
from curate.exporters.tasks.pair_records import object_key
from curate.workflows.export_options import SplitOptions
from curate.workflows.near_duplicates import photo_components

HELD_OUT_SPLIT = "test"
"""Where pairs of shoots go that were captured to test with (ObjectDrop's 100 examples taken in addition)."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties a pair to others."""

    photos: tuple[str, str]
    """sha256 of both frames."""
    shoot: UUID
    photographer: str
    object_name: str | None
    held_out: bool

    @property
    def things(self) -> tuple[tuple[str, str], ...]:
        """What may stand on one side only, its photos aside: kind and id."""
        key = object_key(self.photographer, self.object_name)
        return ("shoot", str(self.shoot)), *((("object", key),) if key else ())


def split_pairs(
    session: Session, *, seed: int, shares: tuple[int, int, int], near_duplicate_distance: int
) -> SplitAssignment:
    """Place the photos of all pairs; no shoot, scene, photo or named object lands on two sides.

    Pairs that nobody accepted, that others took the place of, or that were taken down, tie too: they show
    the same shoot and things, and may have been exported before.

    Args:
        session: Knows every pair, near-duplicate photo and split of an earlier export.
        seed: For ``assign_splits``, like ``shares``.
        near_duplicate_distance: Perceptual hashes up to this many bits apart are one photo.
    """
    known = manifests.known_splits(session)
    same_photo = photo_components(session, near_duplicate_distance)
    return place(_ties(session).values(), known, same_photo, seed=seed, shares=shares)


def with_a_place(session: Session) -> set[UUID]:
    """Pairs that may be exported in some split, as far as splits go; which one is for an export to say."""
    placed = sides(_ties(session), _placed(session, SplitOptions()))
    return {row.public_id for row in pairs.every(session)} & placed.keys()


def moved_meanwhile(session: Session, written: Mapping[UUID, str], options: SplitOptions) -> set[UUID]:
    """Pairs that may no longer stand in the split they were written into, which is on record by now.

    Args:
        written: Split by pair.
        options: Of the export.
    """
    ties = _ties(session)
    now = sides({pair: ties[pair] for pair in written}, _placed(session, options))
    return {pair for pair, split in written.items() if now.get(pair) != split}


def _placed(session: Session, options: SplitOptions) -> SplitAssignment:
    return split_pairs(
        session,
        seed=options.seed,
        shares=options.shares,
        near_duplicate_distance=options.near_duplicate_distance,
    )


def _ties(session: Session) -> dict[UUID, Tie]:
    return {
        row.public_id: Tie(
            (row.factual.sha256, row.counterfactual.sha256),
            row.shoot.public_id,
            row.shoot.photographer,
            row.object_name,
            row.shoot.held_out,
        )
        for row in pairs.every(session, taken_down=True)
    }


def sides(ties: Mapping[UUID, Tie], placed: SplitAssignment) -> dict[UUID, str]:
    """The split of each pair that may be exported beside the others.

    What was exported keeps its place, so an object that got its name afterwards, or a shoot whose photos
    another one joined, may have pairs in several splits: all of those are withheld.

    Args:
        ties: Of the pairs that are to be exported, by id.
        placed: Where all photos stand.
    """
    found = {pair: split for pair, tie in ties.items() if (split := placed.split_of(tie.photos))}
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for pair, split in found.items():
        for thing in ties[pair].things:
            seen[thing].add(split)
    torn = {thing for thing, splits in seen.items() if len(splits) > 1}
    return {pair: split for pair, split in found.items() if torn.isdisjoint(ties[pair].things)}


def place(
    ties: Iterable[Tie],
    known: Mapping[str, str],
    same_photo: Mapping[str, str],
    *,
    seed: int,
    shares: tuple[int, int, int],
) -> SplitAssignment:
    """As ``split_pairs``, without a database.

    Args:
        ties: One for each pair.
        known: Stored split by photo sha256.
        same_photo: For the sha256 of every photo the smallest sha256 among its near-duplicates.
        seed: For ``assign_splits``, like ``shares``.
    """
    links, required = _links(ties)
    return place_links(links, known, same_photo, required, seed=seed, shares=shares)


def pair_links(session: Session) -> list[set[str]]:
    """Photos (sha256) that all pairs tie together."""
    return _links(_ties(session).values())[0]


def held_out(session: Session) -> dict[str, str]:
    """The split of every photo (sha256) that was taken to test with."""
    return _links(_ties(session).values())[1]


def _links(ties: Iterable[Tie]) -> tuple[list[set[str]], dict[str, str]]:
    """Photos that stand together, and the only split of those that were taken to test with."""
    together: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    tested: set[str] = set()
    for tie in ties:
        for thing in tie.things:
            together[thing].update(tie.photos)
        if tie.held_out:
            tested.update(tie.photos)
    return list(together.values()), dict.fromkeys(tested, HELD_OUT_SPLIT)
