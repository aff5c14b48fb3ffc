"""A small workspace with an accepted group whose views can be removed: drawn photos in several formats."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from uuid import UUID

import numpy as np
from PIL import Image

from chain import RIGHTS, last
from curate import vector_blocks
from curate.database import decisions, fingerprints, mining, objects, photos, vectors
from curate.database.decisions import Said
from curate.database.mining import GroupRow
from curate.photos.reading import decode
from curate.records import Band, Box, Detection
from curate.workflows.ingest import ingest
from curate.workspace import Workspace
from mined_rows import edge_rows
from stored_photos import DETECTOR

EMBEDDER = "e" * 64
BOX = Box(160, 150, 70, 60)
"""Of the object in every upright photo, 540 x 405 pixels: larger than a working region."""


@dataclass(frozen=True)
class Removable:
    group: UUID
    objects: tuple[UUID, ...]
    files: dict[UUID, Path]
    """The photo of each object."""

    def upright(self, object_id: UUID) -> np.ndarray:
        return decode(self.files[object_id].read_bytes())


def make_removable(
    workspace: Workspace, folder: Path, *, accepted: bool = True, backwards: bool = False
) -> Removable:
    """Four views of one thing in a turned JPEG, a PNG with transparency, a TIFF and a plain JPEG.

    Args:
        backwards: Take them in one by one, the last one first.
    """
    paths = draw_views(folder)
    way = -1 if backwards else 1
    for inputs in [[str(path)] for path in paths[::way]] if backwards else [[str(folder)]]:
        last(ingest(workspace, inputs, RIGHTS))
    with workspace.transaction() as session:
        detector = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
        embedder = fingerprints.ensure(session, EMBEDDER, "embedder", "drawn")
        keys = photos.keys_at(session, [path.as_uri() for path in paths])
        refs = photos.by_keys(session, keys.values())
        shown = [refs[keys[path.as_uri()]] for path in paths]
        for photo in shown[::way]:
            objects.record_detections(session, photo, detector, DETECTOR, [Detection(BOX, 0.9, "jug")])
        ids = tuple(objects.object_id(photo.sha256, DETECTOR, BOX) for photo in shown)
        stored = objects.keys(session, ids)
        block = vector_blocks.pack(_unit(len(ids))[::way], ids[::way])
        sha256 = workspace.media.put(block, vector_blocks.SUFFIX)
        vectors.record_block(session, embedder, sha256, 8, ids[::way])
        row = GroupRow(tuple(stored[each] for each in ids), ids, (1.0, 0.8, 0.8, 0.7), 0.7)
        _record_run(session, embedder, detector, row)
        group = mining.group_id(ids)
        if accepted:
            decisions.decide(session, group, Said("accept"), reviewer="ada")
    return Removable(group, ids, dict(zip(ids, paths, strict=True)))


def draw_views(folder: Path) -> list[Path]:
    folder.mkdir()
    names = ("turned.jpg", "glass.png", "scan.tif", "plain.jpg")
    for number, name in enumerate(names):
        _write(_drawn(number), folder / name)
    return [folder / name for name in names]


def _drawn(seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(60, 200, (9, 12, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize((540, 405), Image.Resampling.BICUBIC)
    picture.paste((230, 30, 30), (int(BOX.x), int(BOX.y), int(BOX.right), int(BOX.bottom)))
    return picture


def _write(picture: Image.Image, path: Path) -> None:
    if path.stem == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6  # stored lying on its side
        picture.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=92)
    elif path.stem == "glass":
        alpha = Image.linear_gradient("L").resize(picture.size)
        picture.putalpha(alpha)
        picture.save(path)
    else:
        picture.save(path)


def _unit(count: int) -> np.ndarray:
    rows = np.random.default_rng(7).normal(size=(count, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _record_run(session, embedder: int, detector: int, row: GroupRow) -> None:
    mining.record_run(
        session,
        public_id=UUID(int=1),
        embedder_id=embedder,
        detector_id=detector,
        rule="compact",
        parameters={"band": asdict(Band(0.5, 0.95, "tests"))},
        counts={},
        edges=edge_rows((*pair, 0.7) for pair in combinations(sorted(row.members), 2)),
        groups=[row],
    )
