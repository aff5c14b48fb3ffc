"""Numbers of a removal: what the measures say of its pixels, with what the offline models see on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import curate.measures
from curate.measures.reasons import suggested_reasons
from curate.measures.records import RemovalEvidence
from curate.measures.removal_numbers import measure_removal
from curate.records import DetectedObject
from curate.vision.interfaces import RGB
from curate.vision.working_region import Removed
from curate.workflows.pair_evidence import Models


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on one removal."""

    numbers: Mapping[str, float | None]
    """By name; see ``curate.measures.records.RemovalNumbers``."""
    reasons: Sequence[str]
    """Reject reasons that the numbers suggest, worst first."""


class RemovalMeasures:
    """The measures, with the offline models or without."""

    def __init__(self, models: Models | None) -> None:
        self._models = models
        asked = [models.detector_fingerprint, models.embedder_fingerprint] if models else []
        parts = [measures_digest(), *asked]
        self.fingerprint = hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def measure(self, photo: RGB, found: DetectedObject, removed: Removed) -> Measured:
        """Numbers and suggested reasons of one removal.

        Args:
            photo: uint8 [height, width, 3], as it was before.
        """
        evidence = self._evidence(photo, found, removed)
        numbers = measure_removal(photo, removed.pixels, removed.mask, removed.region.box, evidence)
        return Measured(numbers.stored(), suggested_reasons(numbers))

    def _evidence(self, photo: RGB, found: DetectedObject, removed: Removed) -> RemovalEvidence:
        if self._models is None:
            return RemovalEvidence(label=found.label)
        return RemovalEvidence(
            label=found.label,
            detections_x=self._models.boxes(photo),
            detections_z=self._models.boxes(removed.pixels),
            cosine=self._models.cosine([photo, removed.pixels], found.box),
        )


@cache
def measures_digest() -> str:
    """Hex digest over the sources of the measures without truth: code, constants, limits and all words.

    A number to be raised by hand is forgotten; measuring again where only words changed costs a second each.
    """
    folder = Path(curate.measures.__path__[0])
    sources = sorted(source for source in folder.glob("*.py") if source.stem != "against_truth")
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
