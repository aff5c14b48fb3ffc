"""YOLO and RT-DETR through the ultralytics library (AGPL-3.0, so an extra)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from curate.errors import ModelError
from curate.records import Detection
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB
from curate.vision.libraries import library
from curate.vision.suppression import FLOOR, MOST_BOXES, SAME_THING_OVERLAP, detections
from curate.vision.torch_device import find_device, forward_size
from curate.vision.weights import Weights


class UltralyticsDetector:
    """A :class:`~curate.vision.interfaces.Detector`.

    Each forward pass gets a fixed number of photos, each in a full square: by default the library
    pads photos of one call to a common shape, and then a box would depend on the other photos.
    """

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self._device = find_device(device)
        self._forward = forward_size(self._device)
        self.batch_size = max(8, self._forward)
        self._side = card.input_size
        if threads is not None:
            torch.set_num_threads(threads)  # for the whole process: torch has no setting per model
        self._model = _open(str(card.options["family"]), weights.path)

    def detect(self, photos: Sequence[RGB]) -> list[list[Detection]]:
        found: list[list[Detection]] = []
        for start in range(0, len(photos), self._forward):
            batch = photos[start : start + self._forward]
            found.extend(self._detections(result) for result in self._predict(batch)[: len(batch)])
        return found

    def _predict(self, photos: Sequence[RGB]) -> list[Any]:
        filling = [np.zeros((8, 8, 3), dtype=np.uint8)] * (self._forward - len(photos))
        results: list[Any] = self._model.predict(
            [np.ascontiguousarray(photo[..., ::-1]) for photo in (*photos, *filling)],  # wants BGR
            imgsz=self._side,
            rect=False,
            conf=FLOOR,
            # Looser than our own rule, which then decides; the library's cannot tell nested boxes.
            iou=SAME_THING_OVERLAP,
            max_det=3 * MOST_BOXES,
            device=str(self._device),
            verbose=False,
        )
        return results

    def _detections(self, result: Any) -> list[Detection]:
        boxes = result.boxes.cpu().numpy()
        labels = [str(result.names[int(index)]) for index in boxes.cls]
        height, width = result.orig_shape
        corners, scores = boxes.xyxy.astype(np.float64), boxes.conf.astype(np.float64)
        return detections(corners, scores, labels, width, height)


def _open(family: str, path: Path) -> Any:
    build = getattr(library("ultralytics", "yolo"), family)
    try:
        model = build(str(path))
    except Exception as error:  # whatever a pickle of another architecture raises
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(f"{path} cannot be loaded as {family} weights ({reason}).") from error
    if model.task != "detect":
        raise ModelError(f"{path} is a model for {model.task}; give one that detects.")
    return model
