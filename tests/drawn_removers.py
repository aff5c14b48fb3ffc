"""Small removers for tests: real ones by what they do, not by how well."""

from __future__ import annotations

import numpy as np

from curate.vision.interfaces import RGB, Mask


class Repainter:
    """Repaints everything it is shown, as a diffusion model does, from a seed."""

    name = "repainter"
    fingerprint = "0" * 64

    def __init__(self, padding: float = 0.5, largest_side: int | None = None, seed: int = 0) -> None:
        self.padding = padding
        self.largest_side = largest_side
        self._dice = np.random.default_rng(seed)

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        photo[:] = 0  # one that works in place must not reach the photo
        mask[:] = False
        return self._dice.integers(0, 256, photo.shape, dtype=np.uint8)


class Answering(Repainter):
    """Calls a function for its answer."""

    def __init__(self, answer, padding: float = 0.5, largest_side: int | None = None) -> None:
        super().__init__(padding, largest_side)
        self.remove = answer
