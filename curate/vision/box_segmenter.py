"""Boxes as masks: the floor under all segmenters, for removers that like generous masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curate.records import Box
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB, Mask
from curate.vision.regions import around
from curate.vision.weights import Weights


class BoxSegmenter:
    """A :class:`~curate.vision.interfaces.Segmenter` that takes every pixel a box touches."""

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint

    def segment(self, photo: RGB, boxes: Sequence[Box]) -> list[Mask]:
        masks = [np.zeros(photo.shape[:2], dtype=np.bool_) for _ in boxes]
        for mask, box in zip(masks, boxes, strict=True):
            mask[around(box, 0.0, photo.shape).slices] = True
        return masks
