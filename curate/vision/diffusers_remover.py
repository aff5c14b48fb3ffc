"""Any inpainting pipeline of the diffusers library.

An ordinary inpainting model never sees what lies under the mask. ObjectDrop's removal model does: its latent
of the whole photo, object included, tells it which shadow belongs to what goes (section 4). Both are run
here; a model has to be run the way it was trained.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image

from curate.errors import ModelError, RemovalError
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB, Mask
from curate.vision.libraries import library
from curate.vision.multiples import padded_to
from curate.vision.removal_answers import from_unit_range
from curate.vision.torch_device import find_device
from curate.vision.weights import Weights

STRIDE = 16
"""Pixels: 8 for the autoencoder of most pipelines, twice that for those that pack latents."""


class DiffusersRemover:
    """A :class:`~curate.vision.interfaces.Remover`; noise comes from a fixed seed for every object."""

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self.padding = float(card.options["padding"])
        self._options = card.options
        if threads is not None:
            torch.set_num_threads(threads)  # for the whole process: torch has no setting per model
        self._device = find_device(device)
        self._pipeline = _open(weights.path, self._device)
        self.largest_side = _native_side(self._pipeline, card.input_size)
        if self._shows_object and "masked_image_latents" not in _arguments(self._pipeline):
            raise ModelError(
                f"{type(self._pipeline).__name__} cannot be shown what lies under the mask;"
                " type: --remover diffusers-greyed."
            )

    @property
    def _shows_object(self) -> bool:
        return self._options["object"] == "shown"

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        height, width = mask.shape
        scale = self.largest_side / max(height, width)  # never below 1: larger ones are not shown
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = padded_to(cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC), STRIDE)
        hole = padded_to(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST), STRIDE)
        painted = self._paint(image, hole)[: size[1], : size[0]]
        return cv2.resize(painted, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[no-any-return]

    def _paint(self, image: RGB, hole: RGB) -> RGB:
        height, width = hole.shape
        picture = Image.fromarray(image)
        arguments: dict[str, Any] = {
            "prompt": "",
            "image": picture,
            "mask_image": Image.fromarray(hole * 255),
            "height": height,
            "width": width,
            "strength": 1.0,  # from noise alone: a remnant of the object would come back
            "num_inference_steps": int(self._options["steps"]),
            "guidance_scale": float(self._options["guidance"]),
            "generator": torch.Generator(device="cpu").manual_seed(int(self._options["seed"])),
            "output_type": "np",
        }
        if self._shows_object:
            # The pipelines grey out the object in this very input, unless they are handed one.
            seen = self._pipeline.image_processor.preprocess(picture, height=height, width=width)
            arguments["masked_image_latents"] = seen.to(self._device, self._pipeline.dtype)
        known = _arguments(self._pipeline)
        given = {name: value for name, value in arguments.items() if name in known}
        output = np.asarray(self._pipeline(**given).images)  # float32 [1, height, width, 3], 0..1
        if output.shape != (1, *image.shape):
            raise RemovalError(f"{self.name} gave pictures of {list(output.shape)}: use another pipeline.")
        return from_unit_range(output[0], self.name)


def _arguments(pipeline: Any) -> set[str]:
    return set(inspect.signature(type(pipeline).__call__).parameters)


def _native_side(pipeline: Any, otherwise: int) -> int:
    """The side that the denoising network was trained at, pixels."""
    network = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    sample = getattr(getattr(network, "config", None), "sample_size", None)
    return sample * pipeline.vae_scale_factor if isinstance(sample, int) else otherwise


def _open(path: Path, device: torch.device) -> Any:
    diffusers = library("diffusers", "diffusers")
    diffusers.utils.logging.disable_progress_bar()
    library("transformers", "diffusers").utils.logging.disable_progress_bar()
    precision = torch.float32 if device.type == "cpu" else torch.float16
    try:
        pipeline = diffusers.AutoPipelineForInpainting.from_pretrained(
            path, dtype=precision, use_safetensors=True, local_files_only=True
        )
    except Exception as error:  # whatever a configuration of another library version raises
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ModelError(f"{path} cannot be loaded as an inpainting pipeline ({reason}).") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device)
