"""Sides that are multiples of a network's stride."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def padded_to(pixels: NDArray[Any], multiple: int) -> NDArray[Any]:
    """[height, width, ...] continued on the right and at the bottom, mirrored, to the next multiples."""
    missing = [(0, -side % multiple) for side in pixels.shape[:2]]
    return np.pad(pixels, [*missing, *[(0, 0)] * (pixels.ndim - 2)], mode="symmetric")
