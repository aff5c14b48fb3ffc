"""Vectors of a made-up corpus in which things recur, as many as wanted, in bounded memory.

Shaped after ObjectMate's web corpus (55,232,441 objects in 47,992,480 photos, 18 % with a neighbour in the
band .93-.975, 8.2 % with three): kinds of unequal size, whose objects have cosines of .3 to .7 with each
other and up to .9 by chance; among them planted groups of 2 to 8 views of one thing whose cosines lie
around the band, look-alikes whose cosines lie below it, and a few equal vectors. The noise fills
thirty to forty directions, whatever the dimension, as that of learned features does. What is planted is
not the truth: an exact comparison says which pairs are inside a band.

python tests/benchmarks/planted_recurrences.py --objects 55232441 --dimension 64 --to DIR
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WEB_OBJECTS = 55_232_441
BLOCK = 1 << 16
"""Rows made at once: 16 MB at 64 numbers. Part of what a seed means, so not an option."""

PHOTO_SIZES = (0.88, 0.09, 0.03)
"""Shares of photos with one, two and three objects: 1.15 on average, as in the web corpus."""
RECURRING, LOOKALIKE = 0.22, 0.08
"""Shares of objects in planted groups around the band, and below it."""
GROUP_SIZES = np.arange(2, 9)
EQUAL = 0.005
"""Share of the recurring groups whose vectors are all equal."""
DIRECTIONS = 14
"""The noise's variance falls off as 1 / (1 + k / DIRECTIONS)^2 in direction k."""


@dataclass(frozen=True)
class Corpus:
    """Which rows belong together; the vectors themselves are made block by block."""

    objects: int
    dimension: int
    seed: int
    photo_keys: NDArray[np.int64]
    """int64 [objects], ascending; no two of one group are equal."""
    groups: NDArray[np.int32]
    """int32 [objects], the planted group, -1 for none."""
    group_cosine: Floats
    """float32 [groups], about the cosine of two members; 1 if they are equal."""

    @cached_property
    def kinds(self) -> _Kinds:
        return _kinds(self.objects, self.dimension, self.seed)

    @cached_property
    def things(self) -> Floats:
        """float32 [groups, dimension], what the members of a group are views of: objects of some kind."""
        things = np.empty((len(self.group_cosine), self.dimension), dtype=np.float32)
        for start in range(0, len(things), BLOCK):
            part = things[start : start + BLOCK]
            part[:] = self._singles(np.random.default_rng([self.seed, 2, start]), len(part))
        return things

    def rows(self, start: int) -> Floats:
        """Up to ``BLOCK`` unit vectors from this row on, a multiple of ``BLOCK``."""
        random = np.random.default_rng([self.seed, 3, start])
        groups = self.groups[start : start + BLOCK]
        rows = self._singles(random, len(groups))
        planted = np.flatnonzero(groups >= 0)
        noise = self.kinds.noise(random, len(planted))
        rows[planted] = _around(self.things[groups[planted]], self.group_cosine[groups[planted]], noise)
        return _unit(rows)

    def _singles(self, random: np.random.Generator, count: int) -> Floats:
        kinds = self.kinds
        kind = np.searchsorted(kinds.shares, random.random(count)).clip(max=len(kinds.centres) - 1)
        return _unit(_around(kinds.centres[kind], kinds.cosine[kind], kinds.noise(random, count)))


@dataclass(frozen=True)
class _Kinds:
    centres: Floats
    """float32 [kinds, dimension], unit rows."""
    cosine: Floats
    """float32 [kinds], about the cosine of two objects of a kind."""
    shares: NDArray[np.float64]
    """float64 [kinds], ascending sum of their shares of all objects."""
    spread: Floats
    """float32 [dimension, dimension]: standard normal rows times this are noise of length about 1."""

    def noise(self, random: np.random.Generator, count: int) -> Floats:
        return random.standard_normal((count, len(self.spread)), dtype=np.float32) @ self.spread


def make_corpus(objects: int, dimension: int, seed: int = 0) -> Corpus:
    """Decide which rows are views of one thing and which photos they lie in: about 30 bytes an object."""
    random = np.random.default_rng([seed, 0])
    sizes = _group_sizes(random, int(objects * (RECURRING + LOOKALIKE)))
    cosine = random.triangular(0.89, 0.95, 1.0, len(sizes)).astype(np.float32)
    below = random.random(len(sizes)) < LOOKALIKE / (RECURRING + LOOKALIKE)
    cosine[below] = random.uniform(0.75, 0.92, below.sum())
    cosine[~below & (random.random(len(sizes)) < EQUAL)] = 1
    groups = np.full(objects, -1, dtype=np.int32)
    members = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    groups[: len(members)] = members
    random.shuffle(groups)
    return Corpus(objects, dimension, seed, _photos(random, groups), groups, cosine)


def planted_vectors(objects: int, dimension: int, seed: int = 0) -> tuple[Floats, NDArray[np.int64]]:
    """Vectors and photo keys in memory."""
    corpus = make_corpus(objects, dimension, seed)
    blocks = [corpus.rows(start) for start in range(0, objects, BLOCK)]
    return np.concatenate([np.empty((0, dimension), np.float32), *blocks]), corpus.photo_keys


def write_planted(folder: Path, objects: int, dimension: int, seed: int = 0) -> tuple[Path, Path]:
    """Vectors and photo keys as files; kept if they are there, which the last rename makes true."""
    folder.mkdir(parents=True, exist_ok=True)
    vectors, photo_keys = corpus_files(folder, objects, dimension, seed)
    if not vectors.exists():
        corpus = make_corpus(objects, dimension, seed)
        np.save(photo_keys, corpus.photo_keys)
        unfinished = vectors.with_name(f"unfinished-{vectors.name}")
        rows = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.float32, shape=(objects, dimension))
        for start in range(0, objects, BLOCK):
            rows[start : start + BLOCK] = corpus.rows(start)
        rows.flush()
        unfinished.rename(vectors)
    return vectors, photo_keys


def corpus_files(folder: Path, objects: int, dimension: int, seed: int = 0) -> tuple[Path, Path]:
    """Where vectors and photo keys lie."""
    stem = f"{objects}x{dimension}-{seed}"
    return folder / f"{stem}-vectors.npy", folder / f"{stem}-photo_keys.npy"


def _kinds(objects: int, dimension: int, seed: int) -> _Kinds:
    """Two levels, kinds around families of them; the sizes of kinds follow a power law."""
    random = np.random.default_rng([seed, 1])
    count = max(1, int(2 * objects**0.5))
    deviation = 1 / (1 + np.arange(dimension) / DIRECTIONS)
    turn, _ = np.linalg.qr(random.standard_normal((dimension, dimension)))
    spread = (deviation[:, None] / np.linalg.norm(deviation) * turn).astype(np.float32)
    families = _unit(random.standard_normal((count // 16 + 1, dimension), dtype=np.float32) @ spread)
    noise = random.standard_normal((count, dimension), dtype=np.float32) @ spread
    near = np.full(count, 0.3, dtype=np.float32)
    centres = _unit(_around(families[random.integers(0, len(families), count)], near, noise))
    weight = 1 / (np.arange(count) + 10.0)
    cosine = random.uniform(0.3, 0.7, count).astype(np.float32)
    return _Kinds(centres, cosine, np.cumsum(weight) / weight.sum(), spread)


def _around(centres: Floats, cosine: Floats, noise: Floats) -> Floats:
    """Rows that have about this cosine with each other if their centre is the same."""
    return np.sqrt(cosine)[:, None] * centres + np.sqrt(1 - cosine)[:, None] * noise


def _unit(rows: Floats) -> Floats:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _group_sizes(random: np.random.Generator, objects: int) -> NDArray[np.int64]:
    """Sizes of groups that have about so many members together."""
    weight = GROUP_SIZES**-1.5
    mean = (weight * GROUP_SIZES).sum() / weight.sum()
    sizes = random.choice(GROUP_SIZES, int(objects / mean) + 1, p=weight / weight.sum())
    return sizes[np.cumsum(sizes) <= objects]


def _photos(random: np.random.Generator, groups: NDArray[np.int32]) -> NDArray[np.int64]:
    """Neighbouring rows share a photo now and then; a second view of one thing begins a new one."""
    sizes = random.choice(len(PHOTO_SIZES), len(groups), p=PHOTO_SIZES) + 1
    begins = np.zeros(len(groups) + 1, dtype=np.bool_)
    ends = np.cumsum(sizes)
    begins[0] = True
    begins[ends[ends < len(groups)]] = True
    for lag in range(1, len(PHOTO_SIZES)):
        begins[lag:-1] |= (groups[lag:] == groups[:-lag]) & (groups[lag:] >= 0)
    return np.cumsum(begins[:-1]) - 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--objects", type=int, default=WEB_OBJECTS)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    start = time.perf_counter()
    vectors, photo_keys = write_planted(options.to, options.objects, options.dimension, options.seed)
    print(f"{vectors} and {photo_keys.name} in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
