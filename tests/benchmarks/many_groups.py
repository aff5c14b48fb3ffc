"""Make a workspace with many recurrence groups to review, for measuring the review app.

    python tests/benchmarks/many_groups.py FOLDER [--groups 100000] [--objects 500000]

The photos are real files of some 50 kB, a few hundred pictures told apart by a comment inside them. Objects
and groups are what the pictures show; similarities are drawn by lot.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from chain import forget_servers
from copied_rows import copy_rows, signed
from curate.database import fingerprints
from curate.database.mining import group_id
from curate.database.objects import object_id
from curate.database.tables import MiningRun
from curate.photos.facts import examine
from curate.photos.locations import file_uri
from curate.records import Band, MiningFilter
from curate.workflows import queue
from curate.workflows.ingest import THUMBNAIL_SUFFIX
from curate.workflows.mine import MiningOptions
from curate.workspace import Workspace, create
from drawn_shelves import PER_SHELF, SIGHTINGS, SIZE, Shelf, draw_shelves, label_of

OPTIONS = MiningOptions(Band(0.55, 0.9, "given"), MiningFilter(0.3, 0.001, 0.9, 32), min_views=2)
MOST_SHELVES = 100
# 4.55 members on average: with five objects for each group one in eleven stays alone.
GROUP_SIZES = (3, 4, 5, 4, 3, 6, 4, 5, 4, 3, 5, 4, 6, 4, 8, 5, 3, 4, 6, 5)
DETECTOR, EMBEDDER = "5e1f" * 16, "e3bd" * 16
RUNS = UUID("4c8e5a51-7d0a-5d6e-9c3f-1b2f6f1c9e77")


@dataclass(frozen=True, slots=True)
class Made:
    """How much lies in the workspace."""

    photos: int
    objects: int
    groups: int
    views: int
    edges: int


@dataclass(frozen=True, slots=True)
class _Group:
    members: tuple[int, ...]
    """Object keys, anchor first."""
    pairs: tuple[tuple[int, int], ...]
    """In the order of ``combinations``: those of the anchor come first."""
    similarities: tuple[float, ...]
    """Of the pairs."""

    @property
    def ranked(self) -> Iterator[tuple[int, int, float]]:
        """Object key, rank and similarity to the anchor of each member."""
        to_anchor = (1.0, *self.similarities[: len(self.members) - 1])
        yield from zip(self.members, range(len(self.members)), to_anchor, strict=True)


def make_many_groups(root: Path, groups: int, objects: int, seed: int = 0) -> Made:
    """Make a new workspace at ``root``; equal arguments give equal ids and files.

    Args:
        groups: Recurrence groups of 3 to 8 members, none shares an object with another.
        objects: Five for each group, six if there are few; rounded up to whole photos, twenty at least.
    """
    create(root)
    photos = max(SIGHTINGS, -(-objects // PER_SHELF))
    shelves = list(draw_shelves(min(MOST_SHELVES, photos // SIGHTINGS * SIGHTINGS), seed))
    digests = list(_write_files(root / "photos", shelves, photos))
    with Workspace.open(root) as workspace:
        thumbnails = [_put_thumbnail(workspace, shelf) for shelf in shelves]
        with workspace.transaction() as session:
            # Checking five million foreign keys, all written here, takes longer than everything else.
            session.execute(text("SET LOCAL session_replication_role = replica"))
            _copy_photos(session, root / "photos", digests, thumbnails)
            public_ids = _copy_objects(session, digests, shelves, np.random.default_rng([seed, 1]))
            found = _draw_groups(shelves, photos, groups, np.random.default_rng([seed, 2]))
            made = _copy_run(session, public_ids, found, Made(photos, len(public_ids), groups, 0, 0))
            session.execute(text("ANALYZE"))
        queue.refresh(workspace)
    return made


def _put_thumbnail(workspace: Workspace, shelf: Shelf) -> str:
    return workspace.media.put(examine(shelf.jpeg, "").thumbnail, THUMBNAIL_SUFFIX)


def _write_files(folder: Path, shelves: Sequence[Shelf], count: int) -> Iterator[tuple[str, int]]:
    """Write the photos; sha256 and size of each."""
    folder.mkdir()
    for number in range(count):
        comment = f"photo {number}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        jpeg = shelves[number % len(shelves)].jpeg
        data = jpeg[:2] + segment + jpeg[2:]
        (folder / _file_name(number)).write_bytes(data)
        yield hashlib.sha256(data).hexdigest(), len(data)


def _file_name(number: int) -> str:
    return f"shelf {number:05d}.jpg"


def _copy_photos(
    session: Session, folder: Path, digests: Sequence[tuple[str, int]], thumbnails: Sequence[str]
) -> None:
    columns = (
        "id sha256 byte_count width height thumbnail_sha256 perceptual_hash "
        "format orientation mode exif has_location source licence"
    )
    fixed = ("JPEG", 1, "RGB", "{}", False, "drawn", "CC0-1.0")
    copy_rows(
        session,
        "photos",
        columns,
        (
            # the hashes are far apart, so that no photo counts as a near-duplicate of another
            (n + 1, sha256, size, *SIZE, thumbnails[n % len(thumbnails)], signed(sha256[:16]), *fixed)
            for n, (sha256, size) in enumerate(digests)
        ),
    )
    uris = (file_uri(folder / _file_name(n)) for n in range(len(digests)))
    copy_rows(
        session, "photo_files", "uri photo_id state_token", ((uri, n, "") for n, uri in enumerate(uris, 1))
    )


def _copy_objects(
    session: Session, digests: Sequence[tuple[str, int]], shelves: Sequence[Shelf], dice: np.random.Generator
) -> list[UUID]:
    """Write the objects with keys from 1, photo by photo; their public ids in this order."""
    model = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    rows: list[tuple[Any, ...]] = []
    for number, (sha256, _) in enumerate(digests):
        shelf = shelves[number % len(shelves)]
        for thing, box in zip(shelf.things, shelf.boxes, strict=True):
            public_id = object_id(sha256, DETECTOR, box)
            where = (box.x, box.y, box.width, box.height)
            score = round(dice.uniform(0.35, 0.98), 3)
            rows.append((len(rows) + 1, public_id, number + 1, model, *where, score, label_of(thing)))
    copy_rows(session, "objects", "id public_id photo_id model_id x y width height score label", rows)
    done = ((number + 1, model, PER_SHELF) for number in range(len(digests)))
    copy_rows(session, "detected", "photo_id model_id object_count", done)
    return [row[1] for row in rows]


def _draw_groups(
    shelves: Sequence[Shelf], photos: int, count: int, dice: np.random.Generator
) -> list[_Group]:
    """Views of one thing each. Members lie in neighbouring photos, so they come from different pictures."""
    views: dict[int, list[int]] = {}
    for photo in range(photos):
        for n, thing in enumerate(shelves[photo % len(shelves)].things, 1):
            views.setdefault(thing, []).append(photo * PER_SHELF + n)
    cut: list[tuple[int, ...]] = []
    for keys in views.values():
        start = 0
        while start + (size := GROUP_SIZES[len(cut) % len(GROUP_SIZES)]) <= len(keys):
            cut.append(tuple(keys[start : start + size]))
            start += size
    assert len(cut) >= count, f"these objects make {len(cut)} groups: ask for more"
    return [_with_similarities(cut[n], dice) for n in dice.permutation(len(cut))[:count]]


def _with_similarities(members: tuple[int, ...], dice: np.random.Generator) -> _Group:
    pairs = tuple(combinations(members, 2))
    cosines = dice.uniform(OPTIONS.band.low, OPTIONS.band.high, len(pairs)).round(6)
    return _Group(members, pairs, tuple(cosines.tolist()))


def _copy_run(session: Session, public_ids: Sequence[UUID], found: Sequence[_Group], made: Made) -> Made:
    """A mining run that found these groups, and in them an edge between any two members."""
    views, edges = sum(len(each.members) for each in found), sum(len(each.pairs) for each in found)
    made = Made(made.photos, made.objects, len(found), views, edges)
    run = _record_run(session, made)
    copy_rows(
        session,
        "edges",
        "run_id left_id right_id similarity",
        ((run, *pair, s) for each in found for pair, s in zip(each.pairs, each.similarities, strict=True)),
    )
    numbered = list(enumerate(found, 1))
    ids = ((n, group_id([public_ids[key - 1] for key in each.members]), "group") for n, each in numbered)
    copy_rows(session, "review_items", "id public_id kind", ids)
    members = ((n, key) for n, each in numbered for key in each.members)
    copy_rows(session, "review_members", "item_id object_id", members)
    weakest = ((n, run, n, min(each.similarities)) for n, each in numbered)
    copy_rows(session, "groups", "id run_id item_id weakest", weakest)
    ranked = ((n, *each_view) for n, each in numbered for each_view in each.ranked)
    copy_rows(session, "group_members", "group_id object_id rank similarity", ranked)
    return made


def _record_run(session: Session, made: Made) -> int:
    counts = {**asdict(made), "objects_found": made.objects, "photos_without_near_duplicates": made.photos}
    run = MiningRun(
        public_id=uuid5(RUNS, repr(made)),
        embedder_id=fingerprints.ensure(session, EMBEDDER, "embedder", "drawn"),
        detector_id=fingerprints.ensure(session, DETECTOR, "detector", "drawn"),
        rule=OPTIONS.rule,
        parameters={**asdict(OPTIONS), "detector": DETECTOR, "embedder": EMBEDDER},
        counts=counts,
    )
    session.add(run)
    session.flush()
    return run.id


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--objects", type=int, default=500_000)
    options = parser.parse_args()
    forget_servers()
    start = time.perf_counter()
    made = make_many_groups(options.folder, options.groups, options.objects)
    print(f"{made} in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
