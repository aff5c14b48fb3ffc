"""Whether what a remover gave can be a photo at all. How good it is, is measured elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.errors import RemovalError
from curate.vision.interfaces import RGB, Mask


def checked(answer: object, shown: RGB, mask: Mask, name: str) -> RGB:
    """The answer, if it is uint8 [height, width, 3] of the size that was shown, and not one flat colour.

    Raises:
        RemovalError: it is not; the sentence names the remover and what came.
    """
    if not isinstance(answer, np.ndarray):
        raise RemovalError(f"{name} gave {type(answer).__name__}, not pixels: mend the remover.")
    if answer.shape != shown.shape:
        raise RemovalError(
            f"{name} gave {_shape(answer)} for a crop of {_shape(shown)}:"
            " it has to keep the size it was shown."
        )
    if answer.dtype != np.uint8:
        raise RemovalError(f"{name} gave pixels of type {answer.dtype}: it has to give 8 bits, 0 to 255.")
    if _is_flat(answer.reshape(-1, 3)) and not _is_flat(shown[~mask]):
        raise RemovalError(f"{name} gave one flat colour: look at its own log for what went wrong.")
    return answer


def from_unit_range(answer: NDArray[Any], name: str) -> RGB:
    """Numbers 0..1 of a network as pixels 0..255.

    Raises:
        RemovalError: some are not finite.
    """
    if not np.isfinite(answer).all():
        raise RemovalError(
            f"{name} gave numbers that are not finite: try it in full precision or on the CPU."
        )
    pixels: RGB = np.clip(np.rint(answer.astype(np.float32) * 255), 0, 255).astype(np.uint8)
    return pixels


def _is_flat(pixels: NDArray[np.uint8]) -> bool:
    return bool((pixels == pixels[:1]).all())


def _shape(pixels: NDArray[Any]) -> str:
    return " x ".join(str(side) for side in pixels.shape)
