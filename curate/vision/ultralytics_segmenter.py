"""YOLO-seg and SAM 2 through the ultralytics library (AGPL-3.0, so an extra)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from curate.errors import ModelError
from curate.records import Box
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB, Mask
from curate.vision.libraries import library
from curate.vision.object_masks import object_masks
from curate.vision.removal_rules import PROMPTED_PADDINGS
from curate.vision.torch_device import find_device
from curate.vision.weights import Weights

SAME_OBJECT = 0.5
"""Intersection over union from which an instance that YOLO found is the object in the box."""
FLOOR = 0.05
"""Lowest score of an instance: the box is known, so a doubtful instance that fits it is good enough."""


class UltralyticsSegmenter:
    """A :class:`~curate.vision.interfaces.Segmenter`.

    SAM 2 is asked for the mask of the box. YOLO names what it sees, and its instance that fits the box
    best is taken, whatever its class.
    """

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self._prompted = card.options["family"] == "SAM"
        self._options = {"device": str(find_device(device)), "imgsz": card.input_size, "verbose": False}
        if threads is not None:
            torch.set_num_threads(threads)  # for the whole process: torch has no setting per model
        self._model = _open(str(card.options["family"]), weights.path)

    def segment(self, photo: RGB, boxes: Sequence[Box]) -> list[Mask]:
        return object_masks(photo, boxes, self._look, PROMPTED_PADDINGS)

    def _look(self, crop: RGB, box: Box) -> Mask:
        bgr = np.ascontiguousarray(crop[..., ::-1])
        if self._prompted:
            corners = [[box.x, box.y, box.right, box.bottom]]
            (result,) = self._model.predict(bgr, bboxes=corners, conf=0.0, **self._options)
            best: int | None = 0
        else:
            (result,) = self._model.predict(bgr, conf=FLOOR, retina_masks=True, **self._options)
            best = _best_fit(result.boxes.xyxy.cpu().numpy(), box)
        if result.masks is None or best is None or not len(result.masks.data):
            return np.zeros(crop.shape[:2], dtype=np.bool_)
        mask: Mask = result.masks.data[best].cpu().numpy() > 0  # [crop height, crop width]
        return mask


def _best_fit(corners: NDArray[np.float32], box: Box) -> int | None:
    """Which of the boxes [n, left top right bottom] is the box; None if none overlaps it enough."""
    sides = corners.astype(float).tolist()
    overlaps = [box.overlap(Box(x, y, right - x, bottom - y)) for x, y, right, bottom in sides]
    best = max(range(len(overlaps)), key=overlaps.__getitem__, default=None)
    return best if best is not None and overlaps[best] >= SAME_OBJECT else None


def _open(family: str, path: Path) -> Any:
    build = getattr(library("ultralytics", "yolo"), family)
    try:
        model = build(str(path))
    except Exception as error:  # whatever a pickle of another architecture raises
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ModelError(f"{path} cannot be loaded as {family} weights ({reason}).") from error
    if model.task != "segment":
        raise ModelError(f"{path} is a model for {model.task}; give one that segments.")
    return model
