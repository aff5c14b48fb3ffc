"""What the offline models see on the two frames of a pair, or on a photo and a removal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import cv2
import numpy as np

from curate.capture.records import Evidence, Frame, Mask, Measured
from curate.records import Box, Detection
from curate.settings import Settings
from curate.vision.crops import cut
from curate.vision.fingerprints import fingerprint
from curate.vision.interfaces import RGB, Detector, Embedder
from curate.vision.loading import load_detector, load_embedder
from curate.vision.registry import OFFLINE_DETECTOR, OFFLINE_EMBEDDER, find_card
from curate.vision.weights import is_present


@dataclass(frozen=True)
class Models:
    """The offline detector and embedder; loaded when they are first asked."""

    models_dir: Path
    device: str
    detector_name: str
    embedder_name: str

    @cached_property
    def detector_fingerprint(self) -> str:
        return fingerprint(find_card(self.detector_name), self.models_dir)

    @cached_property
    def embedder_fingerprint(self) -> str:
        return fingerprint(find_card(self.embedder_name), self.models_dir)

    def evidence(self, factual: Frame, counterfactual: Frame, measured: Measured) -> Evidence:
        """Boxes on both frames, and how alike the place of the object looks on them.

        Nothing is asked about a pair that could not be measured; the cosine only where an object was found.
        """
        if measured.obstacle is not None:
            return Evidence()
        photos = [_eight_bits(factual), _eight_bits(counterfactual)]
        with_object, without = (self.boxes(photo) for photo in photos)
        box = object_box(measured.object_mask, factual)
        return Evidence(with_object, without, self.cosine(photos, box) if box else None)

    def boxes(self, photo: RGB) -> list[Detection]:
        """What the detector finds on a photo."""
        return self._detector.detect([photo])[0]

    def cosine(self, photos: Sequence[RGB], box: Box) -> float:
        """How alike two photos look inside a box, -1..1."""
        one, other = self._embedder.embed([cut(photo, box) for photo in photos])
        return float(np.clip(one @ other, -1, 1))

    @cached_property
    def _detector(self) -> Detector:
        return load_detector(self.detector_name, self.models_dir, device=self.device)

    @cached_property
    def _embedder(self) -> Embedder:
        return load_embedder(self.embedder_name, self.models_dir, device=self.device)


def pulled_models(settings: Settings) -> Models | None:
    """The offline models if both are pulled, else None; the same object for the same settings."""
    cards = find_card(OFFLINE_DETECTOR), find_card(OFFLINE_EMBEDDER)
    if not all(is_present(card, settings.models_dir) for card in cards):
        return None
    return _models(settings.models_dir, settings.device, *(card.name for card in cards))


def object_box(mask: Mask, frame: Frame) -> Box | None:
    """The box around a working mask in full-size pixels of its frame; None if the mask is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    across, down = frame.width / mask.shape[1], frame.height / mask.shape[0]
    left, top = columns[0] * across, rows[0] * down
    return Box(left, top, (columns[-1] + 1) * across - left, (rows[-1] + 1) * down - top)


@lru_cache(maxsize=1)  # loading takes seconds, and the review app checks pair after pair
def _models(models_dir: Path, device: str, detector: str, embedder: str) -> Models:
    return Models(models_dir, device, detector, embedder)


def _eight_bits(frame: Frame) -> RGB:
    """65535 becomes 255; rounded, not cut off."""
    if frame.pixels.dtype == np.uint8:
        return frame.pixels.astype(np.uint8, copy=False)
    return np.asarray(cv2.convertScaleAbs(frame.pixels, alpha=1 / 257), np.uint8)
