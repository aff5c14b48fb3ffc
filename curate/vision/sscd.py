"""SSCD (Meta's copy-detection descriptor) as packaged ONNX: the embedder that needs no model hub."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB
from curate.vision.onnx_session import open_session
from curate.vision.resizing import Resampling, squash
from curate.vision.unit_rows import unit_rows
from curate.vision.weights import Weights


class SscdEmbedder:
    """An :class:`~curate.vision.interfaces.Embedder`; crops go through the network one by one.

    Batches were not quicker on 2 cores, and 64 crops at once took 491 MB instead of 146 MB. They would
    give the same rows to the bit: the int8 scales are constants in the file, not taken from the batch.
    Processors round int8 products differently, though, so that vectors from two machines are close
    and not equal.
    """

    batch_size = 32

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self.dimension = card.dimension
        self._side = card.input_size
        self._session = open_session(weights.path, device, threads)

    def prepare(self, crop: RGB) -> RGB:
        return squash(crop, self._side, Resampling.BILINEAR)

    def embed(self, crops: Sequence[RGB]) -> NDArray[np.float32]:
        rows = np.empty((len(crops), self.dimension), dtype=np.float32)
        for index, crop in enumerate(crops):
            image = self.prepare(crop)[None]  # uint8 [1, side, side, 3]
            (row,) = self._session.run(["embedding"], {"image": image})
            rows[index] = unit_rows(row, self.name, self.dimension)[0]
        return rows
