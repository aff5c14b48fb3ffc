"""A small workspace with groups to review: drawn photos that were really ingested, objects laid on them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from uuid import UUID

import numpy as np
from PIL import Image
from sqlalchemy.orm import Session

from chain import RIGHTS, last
from curate.database import fingerprints, mining, objects, photos
from curate.database.mining import GroupRow
from curate.records import Band, Box, Detection
from curate.workflows import pairs, shoots
from curate.workflows.ingest import ingest
from curate.workspace import Workspace
from mined_rows import edge_rows
from pair_files import draw_pair
from stored_photos import DETECTOR

# What somebody who sends us photos may hope that a page runs. A file name cannot hold a slash.
HOSTILE_NAME = "<img src=x onerror=alert(1)>.jpg"
HOSTILE_LABEL = "</script><script>alert(1)</script>"

MEMBERS = 3
OTHER = "other@lab.org"
"""A photographer who never logs in."""


@dataclass(frozen=True)
class Reviewable:
    items: tuple[UUID, ...]
    """Groups of three objects each."""
    objects: tuple[UUID, ...]
    """All objects, three per group, in the order of ``items``."""
    photos: tuple[str, ...]
    """sha256 of the photo of each object; the first has a hostile file name."""
    pair: UUID
    """A pair of ``OTHER``, not measured."""
    shoot: UUID
    """Its shoot."""


def make_reviewable(workspace: Workspace, folder: Path, groups: int = 8) -> Reviewable:
    """Draw, ingest and lay out ``groups`` groups; the photos stay in ``folder``."""
    count = groups * MEMBERS
    folder.mkdir()
    for number in range(count):
        noise = np.random.default_rng(number).integers(0, 256, (9, 12, 3), dtype=np.uint8)
        drawn = Image.fromarray(noise).resize((240, 180), Image.Resampling.BICUBIC)
        drawn.save(folder / (f"{number:03}.jpg" if number else HOSTILE_NAME))
    last(ingest(workspace, [str(folder)], RIGHTS))
    shoot = shoots.create(workspace, "kitchen", photographer=OTHER, licence="CC0-1.0").public_id
    frames = [pairs.store_frame(workspace, each, HOSTILE_NAME, by=OTHER) for each in draw_pair().files]
    pair = pairs.hand_in(workspace, *(each.sha256 for each in frames), shoot=shoot, by=OTHER).pair
    with workspace.transaction() as session:
        groups_of_three = _lay_out(session, folder, count)
    return Reviewable(*groups_of_three, pair, shoot)


def _lay_out(
    session: Session, folder: Path, count: int
) -> tuple[tuple[UUID, ...], tuple[UUID, ...], tuple[str, ...]]:
    model_id = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    box = Box(20, 30, 120, 100)
    uris = [(folder / (f"{number:03}.jpg" if number else HOSTILE_NAME)).as_uri() for number in range(count)]
    keys = photos.keys_at(session, uris)
    refs = photos.by_keys(session, set(keys.values()))
    shown = [refs[keys[uri]] for uri in uris]
    for photo in shown:
        objects.record_detections(session, photo, model_id, DETECTOR, [Detection(box, 0.9, HOSTILE_LABEL)])
    ids = [objects.object_id(photo.sha256, DETECTOR, box) for photo in shown]
    stored = objects.keys(session, ids)
    rows = [
        GroupRow(tuple(stored[each] for each in members), tuple(members), (1.0, 0.8, 0.7), 0.7)
        for members in (ids[start : start + MEMBERS] for start in range(0, count, MEMBERS))
    ]
    mining.record_run(
        session,
        public_id=UUID(int=1),
        embedder_id=model_id,
        detector_id=model_id,
        rule="compact",
        parameters={"band": asdict(Band(0.5, 0.95, "tests"))},
        counts={},
        edges=edge_rows((*pair, 0.7) for row in rows for pair in combinations(row.members, 2)),
        groups=rows,
    )
    items = tuple(mining.group_id(row.public_ids) for row in rows)
    return items, tuple(ids), tuple(photo.sha256 for photo in shown)
