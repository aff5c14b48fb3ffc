"""Numbers of a removal: what the measures say of its pixels, with what the offline models see on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curate.measures import thresholds
from curate.measures.reasons import suggested_reasons
from curate.measures.records import RemovalEvidence
from curate.measures.removal_numbers import measure_removal
from curate.records import DetectedObject
from curate.vision.interfaces import RGB
from curate.vision.working_region import Removed
from curate.workflows.pair_evidence import Models

_VERSION = "removal numbers/1"
"""The number goes up when the code of ``curate.measures`` gives other numbers by the same thresholds."""


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
        rules = {name: value for name, value in vars(thresholds).items() if name.isupper()}
        parts = [_VERSION, rules, *asked]
        self.fingerprint = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

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
