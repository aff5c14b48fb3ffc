"""Telea's inpainting as OpenCV has it: a quick floor that smears what lies around into the mask.

A. Telea, "An image inpainting technique based on the fast marching method", 2004. It knows nothing of
shadows and invents no texture.
"""

from __future__ import annotations

import cv2
import numpy as np

from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB, Mask
from curate.vision.weights import Weights


class TeleaRemover:
    """A :class:`~curate.vision.interfaces.Remover`."""

    largest_side = None

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self.padding = float(card.options["padding"])
        self._radius = float(card.options["radius"])

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        filled: RGB = cv2.inpaint(photo, mask.astype(np.uint8), self._radius, cv2.INPAINT_TELEA)
        return filled
