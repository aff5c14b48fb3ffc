"""PatchMatch: the mask filled with pieces of what lies around it. The offline default; blind to shadows.

C. Barnes et al., "PatchMatch: a randomized correspondence algorithm for structural image editing", 2009.
"""

from __future__ import annotations

from typing import Any

from curate.errors import ModelError
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB, Mask
from curate.vision.pulled_package import import_pulled
from curate.vision.weights import Weights


class PatchMatchRemover:
    """A :class:`~curate.vision.interfaces.Remover`; the same input gives the same output, by a fixed seed."""

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self.largest_side = card.input_size or None
        self.padding = float(card.options["padding"])
        self._patch_size = int(card.options["patch_size"])
        self._package: Any = import_pulled("patchmatch", weights.directory)
        if not self._package.patchmatch_available:
            raise ModelError(
                f"{weights.path} cannot be loaded on this system: use the remover telea, or one of your own."
            )
        self._package.set_random_seed(int(card.options["seed"]))

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        filled: RGB = self._package.inpaint(photo, mask, patch_size=self._patch_size)
        return filled
