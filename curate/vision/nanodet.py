"""NanoDet, the detector that needs no model hub.

Each cell of three grids (strides 8, 16, 32) gives 80 class scores and, for each side of a box, a
distribution over 11 distances from the cell's centre; the distance is its mean (Generalized Focal Loss).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.records import Detection
from curate.vision.card import ModelCard
from curate.vision.coco import COCO_CLASSES
from curate.vision.interfaces import RGB
from curate.vision.nanodet_conversion import STRIDES
from curate.vision.onnx_session import open_session
from curate.vision.resizing import letterbox
from curate.vision.suppression import FLOOR, detections
from curate.vision.weights import Weights

MEAN = np.array([103.53, 116.28, 123.675], dtype=np.float32)
"""Blue, green, red."""
DEVIATION = np.array([57.375, 57.12, 58.395], dtype=np.float32)
BINS = 11
_OUTPUTS = [f"{kind}_{stride}" for kind in ("scores", "sides") for stride in STRIDES]


class NanoDet:
    """A :class:`~curate.vision.interfaces.Detector`; photos go through the network one by one."""

    batch_size = 8

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self._side = card.input_size
        self._session = open_session(weights.path, device, threads)

    def detect(self, photos: Sequence[RGB]) -> list[list[Detection]]:
        return [self._detect(photo) for photo in photos]

    def _detect(self, photo: RGB) -> list[Detection]:
        fitted = letterbox(photo, self._side, fill=0, centred=False)
        image = (fitted.pixels[..., ::-1] - MEAN) / DEVIATION  # [side, side, blue green red]
        outputs = self._session.run(_OUTPUTS, {"image": image.transpose(2, 0, 1)[None]})
        scores = np.concatenate(outputs[: len(STRIDES)], axis=1)[0]  # [cells, 80]
        cells, classes = np.nonzero(scores >= FLOOR)
        corners = fitted.in_photo(self._corners(outputs[len(STRIDES) :])[cells])
        labels = [COCO_CLASSES[index] for index in classes]
        height, width = photo.shape[:2]
        return detections(corners, scores[cells, classes].astype(np.float64), labels, width, height)

    def _corners(self, sides: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
        """[cells, 4] as left, top, right, bottom, pixels of the input, all three grids."""
        grids = zip(sides, STRIDES, strict=True)
        return np.concatenate([decode_sides(side[0], self._side, stride) for side, stride in grids])


def decode_sides(sides: NDArray[np.float32], side: int, stride: int) -> NDArray[np.float64]:
    """Boxes of one grid.

    Args:
        sides: [cells, 4 x 11], before the softmax; the sides are left, top, right, bottom.
        side: of the input, pixels.
        stride: pixels between cells.

    Returns:
        [cells, 4] as left, top, right, bottom, pixels of the input.
    """
    logits = sides.reshape(-1, 4, BINS).astype(np.float64)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    distances = (weights @ np.arange(BINS)) / weights.sum(axis=2) * stride  # [cells, 4]
    count = math.ceil(side / stride)
    y, x = (np.indices((count, count)).reshape(2, -1) + 0.5) * stride
    corners: NDArray[np.float64] = np.stack([x, y, x, y], axis=1) + distances * (-1, -1, 1, 1)
    return corners
