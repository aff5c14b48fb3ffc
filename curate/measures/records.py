"""What is known and measured about one output of a remover, as frozen records.

X is the photo, Z the remover's output of the same size, D the dilated mask that it was given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from curate.records import Detection

RGB = NDArray[np.uint8]
"""Upright photo: uint8 [height, width, 3], sRGB."""
Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RemovalEvidence:
    """What models say, for those who have them; None where nobody asked one.

    The numbers that come from pixels do not depend on it.
    """

    label: str | None = None
    """What the object is, in the detector's words."""
    detections_x: Sequence[Detection] | None = None
    """Boxes on X, pixels of the upright photo."""
    detections_z: Sequence[Detection] | None = None
    """Boxes on Z by the same detector."""
    cosine: float | None = None
    """Of the object's crop in X and the same crop in Z, -1..1."""


NO_EVIDENCE = RemovalEvidence()


@dataclass(frozen=True, slots=True)
class RemovalNumbers:
    """How good an output is without anything to hold it against. None: it cannot be told here."""

    background_psnr: float | None
    """dB over the region outside D and outside of the effect that was taken away; inf if untouched."""
    background_changed: float | None
    """Share 0..1 of the same pixels that changed by more than noise."""
    outside_changed: float
    """Share 0..1 of the pixels outside the region that are not the input's bit for bit; 0 is the rule."""
    residual_object: float | None
    """How much of X's structure inside D is in Z too: 0 nothing, 1 all of it."""
    same_class_score: float | None
    """Highest score 0..1 of a box of the object's class in D on Z; 0 if there is none."""
    object_cosine: float | None
    """``RemovalEvidence.cosine``."""
    new_object: float | None
    """How strange the strangest place of Z inside D is: difference to the likest place outside of D and to
    X at the same place, in units of how far places of the surroundings differ from each other; >= 0."""
    new_object_score: float | None
    """Highest score 0..1 of a box in D on Z that is not on X; 0 if there is none."""
    effect_left: float | None
    """Stops by which Z is still darker around D than it would be without the object; >= 0."""
    effect_removed: float
    """Area outside D whose light changed as an effect's does, over D's area; >= 0 (ObjectDrop,
    bootstrap step 5)."""
    seam: float | None
    """Step across D's outline in Z beyond the slopes on both its sides, 8-bit steps; 0 is none."""
    sharpness: float | None
    """Fine structure in D over that of the ring around D in Z; 1 is alike, below is blurred."""

    def stored(self) -> dict[str, float | None]:
        """JSON values by name; what has no end (an untouched background's PSNR) is None."""
        return {
            name: value if value is not None and math.isfinite(value) else None
            for name, value in asdict(self).items()
        }
