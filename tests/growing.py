"""A workspace without pixels that objects come to: views of things, and vectors that make them alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np

from curate import vector_blocks
from curate.database import fingerprints, objects, vectors
from curate.records import Band, Box, Detection, MiningFilter
from curate.workflows.mining_options import MiningOptions
from curate.workspace import Workspace
from stored_photos import DETECTOR, store_photo

EMBEDDER = "e" * 64
OPTIONS = MiningOptions(Band(0.7, 0.95, "tests"), MiningFilter(0, 0, 1, 1), min_views=2, max_size=6)


class Growing:
    """Photos are numbers, and so are things; every view of a thing is a little different."""

    def __init__(self, workspace: Workspace, seed: int = 0, things: int = 40) -> None:
        self.workspace = workspace
        self._random = np.random.default_rng(seed)
        self._things = _unit(self._random.standard_normal((things, 32)))

    def take_in(
        self,
        photos: Iterable[tuple[int, Sequence[int]]],
        *,
        perceptual_hash: int | None = None,
        noises: Sequence[float] = (0.5,),
    ) -> list[UUID]:
        """Photos and the things each shows, by one batch; the objects.

        Args:
            perceptual_hash: Of all of them.
            noises: How different views are, drawn at random: 0.5 makes two of a thing similar by some 0.8,
                0.15 by 0.98.
        """
        ids: list[UUID] = []
        rows = []
        with self.workspace.transaction() as session:
            detector = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
            embedder = fingerprints.ensure(session, EMBEDDER, "embedder", "drawn")
            for number, things in photos:
                photo = store_photo(session, number, perceptual_hash=perceptual_hash)
                boxes = [Box(10 + 30 * n, 20, 100, 120) for n in range(len(things))]
                found = [Detection(box, 0.9, "jug") for box in boxes]
                objects.record_detections(session, photo, detector, DETECTOR, found)
                ids += [objects.object_id(photo.sha256, DETECTOR, box) for box in boxes]
                rows += [self._view(thing, float(self._random.choice(noises))) for thing in things]
            block = vector_blocks.pack(np.array(rows, np.float32), ids)
            sha256 = self.workspace.media.put(block, vector_blocks.SUFFIX)
            vectors.record_block(session, embedder, sha256, 32, ids)
        return ids

    def _view(self, thing: int, noise: float) -> np.ndarray:
        return _unit(self._things[thing] + noise * _unit(self._random.standard_normal(32)))


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)
