"""Train, validation and test, so that no photo and no object is on two sides."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from scipy.cluster.hierarchy import DisjointSet

SPLITS = ("train", "validation", "test")
SHARES = (80, 10, 10)
"""Percent of the components per split; ``ours``."""


@dataclass(frozen=True, slots=True)
class SplitAssignment:
    """Where photos stand. A photo without a place must not be exported."""

    photos: Mapping[str, str]
    """Split by photo sha256. Holds every photo except the new ones of a torn component."""
    torn: tuple[frozenset[str], ...]
    """Components that later data joined out of photos of different splits, by smallest sha256."""

    def split_of(self, photos: Iterable[str]) -> str | None:
        """The one split that holds all ``photos`` (sha256), None if a record over them has to be withheld.

        Ask with every photo of the record's group, not of the record alone: a group is one physical thing.
        """
        found = {self.photos.get(photo) for photo in photos}
        return found.pop() if len(found) == 1 else None

    @property
    def bridged(self) -> frozenset[str]:
        """Photos that belong on one side with photos of another split, by what came to light later."""
        return frozenset().union(*self.torn)


def connected_photos(links: Iterable[Collection[str]]) -> list[frozenset[str]]:
    """Components of photos (sha256), smallest sha256 first.

    Each link is a set of photos that belong on one side: those of a group, near-duplicates, a shoot, or a
    photo alone.
    """
    photos: DisjointSet = DisjointSet()
    for link in links:
        members = sorted(link)
        for member in members:
            photos.add(member)
            photos.merge(members[0], member)
    return sorted((frozenset(subset) for subset in photos.subsets()), key=min)


def place_links(
    links: Iterable[Collection[str]],
    known: Mapping[str, str],
    same_photo: Mapping[str, str],
    required: Mapping[str, str],
    *,
    seed: int,
    shares: tuple[int, int, int],
) -> SplitAssignment:
    """Place the photos of ``links``, each with its near-duplicates.

    Args:
        links: As for ``connected_photos``.
        known: As for ``assign_splits``, like ``required``, ``seed`` and ``shares``.
        same_photo: For the sha256 of every photo the smallest sha256 among its near-duplicates.
        required: The only split a photo may be in.
        seed: Goes into the hash that places new components.
        shares: Weights of train, validation and test.
    """
    together = [set(link) for link in links]
    shown = {sha256 for link in together for sha256 in link} | known.keys() | required.keys()
    together += [{sha256, same_photo[sha256]} for sha256 in sorted(shown) if sha256 in same_photo]
    return assign_splits(connected_photos(together), known, seed, shares, required)


def assign_splits(
    components: Iterable[Collection[str]],
    known: Mapping[str, str],
    seed: int,
    shares: tuple[int, int, int] = SHARES,
    required: Mapping[str, str] | None = None,
) -> SplitAssignment:
    """Give every component a split.

    Args:
        components: Disjoint sets of photo sha256, as ``connected_photos`` makes them.
        known: Stored split by photo sha256 from earlier exports. It always stays.
        seed: Goes into the hash that places a component without stored photos.
        shares: Weights of train, validation and test, >= 0 with a sum > 0.
        required: The only split a photo may be in, by sha256; all of its component goes there. Where that
            contradicts what is stored, the photo gets no place and the component is torn.
    """
    only = required or {}
    places: dict[str, str] = {}
    torn: list[frozenset[str]] = []
    for component in components:
        stored = {photo: known[photo] for photo in component if photo in known}
        sides = set(stored.values()) | {only[photo] for photo in component if photo in only}
        if len(sides) > 1:
            torn.append(frozenset(component))
            places |= {photo: split for photo, split in stored.items() if only.get(photo, split) == split}
        else:
            side = sides.pop() if sides else drawn_split(min(component), seed, shares)
            places |= dict.fromkeys(component, side)
    return SplitAssignment(dict(sorted(places.items())), tuple(sorted(torn, key=min)))


def drawn_split(smallest: str, seed: int, shares: tuple[int, int, int]) -> str:
    """A split by hash, so that it depends on nothing but the component and the seed."""
    digest = hashlib.sha256(f"{seed}\n{smallest}".encode()).digest()
    ticket = int.from_bytes(digest[:8], "big") * sum(shares) >> 64  # 0 .. sum(shares) - 1
    return next(split for split, end in zip(SPLITS, accumulate(shares), strict=True) if ticket < end)
