"""What all embedders that run in torch share: pixels in, unit rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from curate.errors import ModelError
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB
from curate.vision.resizing import Resampling, squash
from curate.vision.torch_device import find_device, forward_size
from curate.vision.unit_rows import unit_rows

Three = tuple[float, float, float]

CLIP_MEAN: Three = (0.48145466, 0.4578275, 0.40821073)
CLIP_DEVIATION: Three = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class Normalisation:
    """How pixels 0..255 become numbers: ``(x / 255 - mean) / deviation`` for red, green, blue."""

    mean: Three
    deviation: Three
    resampling: Resampling = Resampling.BICUBIC


class TorchEmbedder:
    """An :class:`~curate.vision.interfaces.Embedder` around a torch module.

    The module turns float32 [n, 3, side, side] into [n, dimension]. On a CPU rows are equal to the
    bit whatever else is in the call; on a GPU batches are filled up to a fixed size, which keeps the
    kernels the same, but bit equality is up to the driver's libraries.
    """

    def __init__(
        self,
        card: ModelCard,
        module: nn.Module,
        normalisation: Normalisation,
        fingerprint: str,
        device: str,
        threads: int | None,
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self.dimension = card.dimension
        self._side = card.input_size
        self._normalisation = normalisation
        self._device = find_device(device)
        self._forward = forward_size(self._device)
        self.batch_size = max(8, self._forward)
        if threads is not None:
            torch.set_num_threads(threads)  # for the whole process: torch has no setting per model
        self._module = module.eval().requires_grad_(False).to(self._device)

    def prepare(self, crop: RGB) -> RGB:
        return squash(crop, self._side, self._normalisation.resampling)

    def embed(self, crops: Sequence[RGB]) -> NDArray[np.float32]:
        rows = np.empty((len(crops), self.dimension), dtype=np.float32)
        for start in range(0, len(crops), self._forward):
            batch = crops[start : start + self._forward]
            rows[start : start + len(batch)] = self._rows(batch)
        return rows

    def _rows(self, crops: Sequence[RGB]) -> NDArray[np.float32]:
        pixels = np.zeros((self._forward, self._side, self._side, 3), dtype=np.uint8)
        for index, crop in enumerate(crops):
            pixels[index] = self.prepare(crop)
        with torch.inference_mode():
            images = torch.from_numpy(pixels).to(self._device).permute(0, 3, 1, 2).float() / 255
            mean, deviation = (
                torch.tensor(three, device=self._device).view(3, 1, 1)
                for three in (self._normalisation.mean, self._normalisation.deviation)
            )
            output: Tensor = self._module((images - mean) / deviation)
        return unit_rows(output[: len(crops)].float().cpu().numpy(), self.name, self.dimension)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """A state dict from safetensors, or from a torch file without running code in it.

    Raises:
        ModelError: the file is neither, or holds something else than tensors.
    """
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        tensors = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip and safetensors errors have no common base class
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(f"{path} cannot be read as weights ({reason}).") from error
    tensors = tensors.get("state_dict", tensors) if isinstance(tensors, Mapping) else tensors
    if not isinstance(tensors, Mapping) or not all(isinstance(value, Tensor) for value in tensors.values()):
        raise ModelError(f"{path} holds something else than named tensors; save the state dict alone.")
    return dict(tensors)


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path, name: str) -> None:
    """Load a state dict, all of it and nothing else.

    Raises:
        ModelError: tensors are missing, left over or of another shape; the sentence names the first.
    """
    try:
        module.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        raise ModelError(f"{path} does not fit {name}: {first_mismatch(error)}") from error


def first_mismatch(error: Exception) -> str:
    """The first difference that torch lists, without the class name before the list."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines[1:]), lines[0] if lines else type(error).__name__)
