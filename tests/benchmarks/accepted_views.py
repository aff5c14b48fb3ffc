"""A workspace with any number of accepted views, written in bulk: photos, objects, vectors, groups, votes.

Each thing has four views on neighbouring photos, each photo holds views of ten things, and one person has
accepted every group. The photos are those of ``export_million``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from copied_rows import copy_rows, signed
from curate import vector_blocks
from curate.database import fingerprints
from curate.database.mining import group_id
from curate.database.objects import object_id
from curate.database.tables import MiningRun
from curate.photos.locations import file_uri
from curate.records import Box
from curate.workflows.batches import batched
from curate.workspace import Workspace, create
from export_million import VIEWS, Photos

BLOCK = 512
"""Vectors of a block, as ``curate embed`` writes them."""
DETECTOR, EMBEDDER = "5e1f" * 16, "e3bd" * 16
BAND = {"low": 0.5, "high": 0.99}
Block = tuple[NDArray[np.float32], Sequence[UUID], Sequence[int]]
"""Vectors, and the public ids and keys of their objects."""


def make_accepted_views(root: Path, views: int, photos: int, dimension: int) -> None:
    """Make a new workspace at ``root``; arguments as for ``fill_with_views``."""
    create(root)
    with Workspace.open(root) as workspace:
        fill_with_views(workspace, root / "photos", views, photos, dimension)


def fill_with_views(workspace: Workspace, folder: Path, views: int, photos: int, dimension: int) -> None:
    """Write all into an empty workspace; equal arguments give equal content.

    Args:
        workspace: Whose Postgres lets us copy without looking at foreign keys.
        folder: Gets the photos; made.
        views: Accepted views, rounded down to whole things; each gives one record.
        photos: Files, a multiple of four.
        dimension: Numbers of a vector.
    """
    made = Photos(photos)
    _write_files(folder, made)
    with workspace.transaction() as session:
        # Checking millions of foreign keys, all written here, takes longer than everything else.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        _copy_photos(session, folder, made)
        ids = _copy_objects(session, made, views // VIEWS)
        _copy_vectors(session, workspace, ids, dimension)
        _copy_votes(session, ids)
        session.execute(text("ANALYZE"))


def _write_files(folder: Path, photos: Photos) -> None:
    folder.mkdir()
    for number in range(len(photos.names)):
        (folder / f"{number:07d}.jpg").write_bytes(photos.read(number))


def _copy_photos(session: Session, folder: Path, photos: Photos) -> None:
    size = len(photos.read(0))
    columns = (
        "id sha256 byte_count width height thumbnail_sha256 perceptual_hash "
        "format orientation mode exif has_location source licence"
    )
    fixed = ("JPEG", 1, "RGB", "{}", False, "made", "CC0-1.0")
    # The hashes are far apart, so that no photo counts as a near-duplicate of another.
    rows = (
        (n, sha256, size, 96, 64, sha256, signed(sha256[:16]), *fixed)
        for n, sha256 in enumerate(photos.names, 1)
    )
    copy_rows(session, "photos", columns, rows)
    places = ((file_uri(folder / f"{n:07d}.jpg"), n + 1, "") for n in range(len(photos.names)))
    copy_rows(session, "photo_files", "uri photo_id state_token", places)


def _copy_objects(session: Session, photos: Photos, things: int) -> list[list[UUID]]:
    """Public ids of each thing's views; object ``n`` of thing ``t`` has the key ``4 * t + n + 1``."""
    model = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    shelves = len(photos.names) // VIEWS
    ids: list[list[UUID]] = []

    def rows() -> Iterator[tuple[object, ...]]:
        for thing in range(things):
            box = Box(float(thing // shelves % 50), float(thing // shelves // 50), 40.0, 50.0)
            place = [thing % shelves * VIEWS + n for n in range(VIEWS)]
            ids.append([object_id(photos.names[photo], DETECTOR, box) for photo in place])
            for photo, public_id in zip(place, ids[-1], strict=True):
                key = VIEWS * thing + photo % VIEWS + 1
                yield key, public_id, photo + 1, model, box.x, box.y, box.width, box.height, 0.9, "vase"

    copy_rows(session, "objects", "id public_id photo_id model_id x y width height score label", rows())
    return ids


def _copy_vectors(session: Session, workspace: Workspace, ids: Sequence[list[UUID]], dimension: int) -> None:
    """Blocks in the order of the objects' photos, as embedding finds them."""
    dice = np.random.default_rng(0)
    centres = dice.normal(size=(1024, dimension)).astype(np.float32)
    views = ((thing, n) for n in range(VIEWS) for thing in range(len(ids)))

    def blocks() -> Iterator[Block]:
        for part in batched(views, BLOCK):
            noise = 0.4 * dice.normal(size=(len(part), dimension)).astype(np.float32)
            vectors = centres[[thing % len(centres) for thing, _ in part]] + noise
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            yield vectors, [ids[thing][n] for thing, n in part], [VIEWS * thing + n + 1 for thing, n in part]

    copy_blocks(session, workspace, dimension, blocks())


def copy_blocks(session: Session, workspace: Workspace, dimension: int, written: Iterable[Block]) -> None:
    """Store blocks of vectors by the embedder, and what they hold."""
    model = fingerprints.ensure(session, EMBEDDER, "embedder", "drawn")
    blocks: list[tuple[object, ...]] = []
    places: list[tuple[int, int, int, int]] = []
    for number, (vectors, public_ids, keys) in enumerate(written, 1):
        sha256 = workspace.media.put(vector_blocks.pack(vectors, public_ids), vector_blocks.SUFFIX)
        blocks.append((number, model, sha256, len(keys), dimension))
        places += ((key, model, number, row) for row, key in enumerate(keys))
    copy_rows(session, "vector_blocks", "id model_id sha256 vector_count dimension", blocks)
    copy_rows(session, "embedded", "object_id model_id block_id row", places)


def _copy_votes(session: Session, ids: Sequence[list[UUID]]) -> None:
    """One mining run that found each thing as a group, and one person who accepted them all."""
    run = _record_run(session)
    numbered = list(enumerate(((group_id(views), views) for views in ids), 1))
    copy_rows(session, "review_items", "id public_id kind", ((n, item, "group") for n, (item, _) in numbered))
    members = [(n, VIEWS * (n - 1) + each + 1) for n, _ in numbered for each in range(VIEWS)]
    copy_rows(session, "review_members", "item_id object_id", members)
    copy_rows(session, "groups", "id run_id item_id weakest", ((n, run, n, 0.8) for n, _ in numbered))
    ranked = ((n, key, (key - 1) % VIEWS, 0.9) for n, key in members)
    copy_rows(session, "group_members", "group_id object_id rank similarity", ranked)
    pairs = [pair for n, _ in numbered for pair in _pairs(n)]
    copy_rows(
        session, "edges", "run_id left_id right_id similarity", ((run, *pair[1:], 0.8) for pair in pairs)
    )
    votes = (
        (n, uuid5(item, "person/ada/0"), n, "ada", "person", "accept", json.dumps({}))
        for n, (item, _) in numbered
    )
    copy_rows(session, "decisions", "id public_id item_id reviewer reviewer_kind verdict marks", votes)
    copy_rows(
        session, "pair_facts", "decision_id left_id right_id relation", ((*pair, "same") for pair in pairs)
    )


def _pairs(number: int) -> Iterator[tuple[int, int, int]]:
    """The group's number, and the keys of any two members."""
    first = VIEWS * (number - 1) + 1
    return ((number, *pair) for pair in combinations(range(first, first + VIEWS), 2))


def _record_run(session: Session) -> int:
    run = MiningRun(
        public_id=UUID(int=1),
        embedder_id=fingerprints.ensure(session, EMBEDDER, "embedder", "drawn"),
        detector_id=fingerprints.ensure(session, DETECTOR, "detector", "drawn"),
        rule="compact",
        parameters={"band": BAND, "detector": DETECTOR, "embedder": EMBEDDER},
        counts={},
    )
    session.add(run)
    session.flush()
    return run.id
