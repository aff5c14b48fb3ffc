"""Look for what stands on two sides of a training, in exported folders and without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np

from curate.errors import PhotoError
from curate.exporters.formats.files import in_threads
from curate.exporters.layout import Read
from curate.exporters.leaks import Leak, picture_leaks, pictures_of, thing_leaks, without_repeats
from curate.exporters.media_files import THREADS, OnStep
from curate.exporters.open_manifest import OpenManifest, open_manifest
from curate.photos.facts import perceptual_hash
from curate.photos.opening import DEFAULT_MAX_PIXELS, open_photo
from curate.photos.reading import read_upright
from index.near_duplicates import MAX_DISTANCE, near_duplicate_keys

UNASKED = "near-duplicates, as nobody asked for them"

_Picture = tuple[int, str, str]
"""Number of the manifest, split, and path below it."""


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What was found, and how far was looked."""

    manifests: tuple[OpenManifest, ...]
    leaks: tuple[Leak, ...]
    unseen: tuple[str, ...]
    """What could not be looked at, in words; empty if it was all."""
    pictures: int
    """How many were compared."""
    distance: int
    """Near-duplicates are pictures whose 64-bit perceptual hashes differ in so many bits at most."""

    @property
    def is_whole(self) -> bool:
        """Whether all was looked at that somebody asked for."""
        return {*self.unseen} <= {UNASKED}


def find_leaks(
    directories: Sequence[Path],
    *,
    near_duplicates: bool = True,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    on_step: OnStep | None = None,
) -> LeakReport:
    """Compare the splits of all folders with each other.

    Ids in the records tell of photos, groups, shoots, scenes and objects. Near-duplicates are looked for in
    the exported pictures themselves, masks aside, by the exports' own rule for photos; of several rules by
    the widest. What a photo tells of already, its objects and the photo itself as its own near-duplicate,
    is not told again.

    Args:
        directories: Exported folders of any tasks and formats.
        near_duplicates: Whether to look at pictures, each of which has to be decoded.
        max_pixels: Larger ones are not decoded.
        on_step: Told about every picture that was looked at.

    Raises:
        VerificationError: A folder is none, its tables were changed, or its shards are damaged.
    """
    manifests = tuple(open_manifest(each) for each in dict.fromkeys(map(Path.resolve, directories)))
    leaks = thing_leaks(manifests)
    distance = max(map(_distance, manifests))
    if not near_duplicates:
        return LeakReport(manifests, tuple(without_repeats(leaks)), (UNASKED,), 0, distance)
    unseen: list[str] = []
    hashes = _hashes(manifests, max_pixels, unseen, on_step)
    leaks += picture_leaks(manifests, _components(hashes, distance))
    return LeakReport(manifests, tuple(without_repeats(leaks)), tuple(unseen), len(hashes), distance)


def _hashes(
    manifests: Sequence[OpenManifest], max_pixels: int, unseen: list[str], on_step: OnStep | None
) -> dict[_Picture, int]:
    """Perceptual hashes of all pictures that the folders hold; what has none is added to ``unseen``."""
    wanted = [pictures_of(each) for each in manifests]
    total = sum(len(names) for each in wanted for names in each.values())
    hashes: dict[_Picture, int] = {}
    steps = count(1)
    for number, manifest in enumerate(manifests):
        for split, names in wanted[number].items():
            pictures = _taken_out(names, manifest.layout.pictures(manifest.records, manifest.task, split))
            for name, found in in_threads(partial(_hash, max_pixels), pictures, 2 * THREADS):
                if isinstance(found, str):
                    unseen.append(f"the picture {manifest.directory / split / name} ({found})")
                else:
                    hashes[number, split, name] = found
                if on_step:
                    on_step(next(steps), total)
        if left := sum(map(len, wanted[number].values())):
            missing = f"of the pictures that records of {manifest.directory} name {left}"
            unseen.append(f"{missing}, which {manifest.layout.name} leaves out")
    return hashes


def _taken_out(names: set[str], pictures: Iterable[tuple[str, Read]]) -> Iterator[tuple[str, Read]]:
    """Those of ``pictures`` that are in ``names``, each once; ``names`` keeps the others."""
    for name, read in pictures:
        if name in names:
            names.remove(name)
            yield name, read


def _hash(max_pixels: int, picture: tuple[str, Read]) -> tuple[str, int | str]:
    """Name and perceptual hash of a picture, or why there is none."""
    name, read = picture
    try:
        return name, perceptual_hash(read_upright(open_photo(read(), max_pixels)).picture)
    except (OSError, PhotoError) as error:
        return name, str(error).rstrip(".")


def _components(hashes: dict[_Picture, int], distance: int) -> list[list[_Picture]]:
    """Pictures that look the same, directly or by way of others."""
    keys = near_duplicate_keys(np.array(list(hashes.values()), dtype=np.uint64), distance)
    found: dict[int, list[_Picture]] = defaultdict(list)
    for picture, key in zip(hashes, keys.tolist(), strict=True):
        found[key].append(picture)
    return list(found.values())


def _distance(manifest: OpenManifest) -> int:
    stated = manifest.manifest.parameters.get("near_duplicate_distance")
    return stated if isinstance(stated, int) and 0 <= stated <= 64 else MAX_DISTANCE
