"""u2netp, the segmenter that needs no model hub: what is salient in the surroundings of a box."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.records import Box
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB, Mask
from curate.vision.object_masks import object_masks
from curate.vision.onnx_session import open_session
from curate.vision.removal_rules import SEGMENT_PADDINGS
from curate.vision.resizing import Resampling, squash
from curate.vision.weights import Weights

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
THRESHOLD = 0.5
"""Of the saliency after it was stretched to 0..1."""


class U2NetP:
    """A :class:`~curate.vision.interfaces.Segmenter`."""

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self._side = card.input_size
        self._session = open_session(weights.path, device, threads)
        self._input = self._session.get_inputs()[0].name
        self._finest = self._session.get_outputs()[0].name  # the other six are of coarser stages

    def segment(self, photo: RGB, boxes: Sequence[Box]) -> list[Mask]:
        return object_masks(photo, boxes, self._look, SEGMENT_PADDINGS)

    def _look(self, crop: RGB, box: Box) -> Mask:
        height, width = crop.shape[:2]
        saliency = cv2.resize(self._saliency(crop), (width, height), interpolation=cv2.INTER_LINEAR)
        mask: Mask = saliency >= THRESHOLD
        return mask

    def _saliency(self, crop: RGB) -> NDArray[np.float32]:
        """float32 [side, side], 0..1; all 0 where nothing stands out."""
        pixels = squash(crop, self._side, Resampling.LANCZOS).astype(np.float32)
        image = (
            pixels / max(1.0, pixels.max()) - MEAN
        ) / DEVIATION  # divided by the brightest, as in its training
        (output,) = self._session.run([self._finest], {self._input: image.transpose(2, 0, 1)[None]})
        saliency: NDArray[np.float32] = output[0, 0]  # [side, side]
        spread = float(np.ptp(saliency))
        return (saliency - saliency.min()) / spread if spread else np.zeros_like(saliency)
