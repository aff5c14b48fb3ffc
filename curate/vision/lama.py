"""LaMa as a TorchScript file: fills large masks in one pass, with texture; blind to shadows.

R. Suvorov et al., "Resolution-robust large mask inpainting with Fourier convolutions", 2022. The traced
network takes float32 [1, 3, height, width] in 0..1 and a mask [1, 1, height, width] of 0 and 1, sides
multiples of 8, and gives [1, 3, height, width] in 0..1.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from curate.errors import ModelError, RemovalError
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB, Mask
from curate.vision.multiples import padded_to
from curate.vision.removal_answers import from_unit_range
from curate.vision.torch_device import find_device
from curate.vision.weights import Weights

STRIDE = 8


class LamaRemover:
    """A :class:`~curate.vision.interfaces.Remover`."""

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self.largest_side = card.input_size
        self.padding = float(card.options["padding"])
        self._device = find_device(device)
        if threads is not None:
            torch.set_num_threads(threads)  # for the whole process: torch has no setting per model
        self._network = _open(weights.path, self._device)

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        height, width = mask.shape
        image = torch.from_numpy(padded_to(photo, STRIDE)).permute(2, 0, 1)[None].float() / 255
        hole = torch.from_numpy(padded_to(mask, STRIDE))[None, None].float()
        with torch.inference_mode():
            output = self._network(image.to(self._device), hole.to(self._device))
        if not isinstance(output, torch.Tensor) or output.shape != image.shape:
            raise RemovalError(
                f"{self.name} gave something else than a picture: give LaMa's TorchScript file."
            )
        filled = output[0].permute(1, 2, 0).float().cpu().numpy()[:height, :width]
        return np.where(mask[..., None], from_unit_range(filled, self.name), photo)


def _open(path: Path, device: torch.device) -> Any:
    try:
        with warnings.catch_warnings():
            # torch would rather have torch.export; LaMa is handed round in this format.
            warnings.simplefilter("ignore", FutureWarning)
            network = torch.jit.load(path, map_location=device)  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(f"{path} cannot be loaded as a TorchScript model ({reason}).") from error
    return network.eval()
