"""The instance-retrieval model that ObjectMate names: winner of Google's Universal Image Embedding 2022.

An OpenCLIP ViT-H-14 image tower at 290 pixels whose patches of 14 pixels start every 12, so that they
overlap: (290 - 14) / 12 + 1 = 24 patches a side, 577 tokens with the class token. A linear layer
takes its 1024 numbers to 64.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from curate.vision.card import ModelCard
from curate.vision.libraries import library
from curate.vision.resizing import Resampling
from curate.vision.torch_embedder import (
    CLIP_DEVIATION,
    CLIP_MEAN,
    Normalisation,
    TorchEmbedder,
    fill,
    read_tensors,
)
from curate.vision.weights import Weights


@dataclass(frozen=True, slots=True)
class GuieGeometry:
    """Sizes of the network; the defaults are those of the published checkpoint."""

    image: int = 290
    """Side of the input, pixels."""
    patch: int = 14
    """Side of a patch, pixels."""
    stride: int = 12
    """From one patch to the next, pixels."""
    width: int = 1280
    layers: int = 32
    heads: int = 16
    features: int = 1024
    """Numbers that the tower gives."""
    dimension: int = 64

    @property
    def tokens(self) -> int:
        return ((self.image - self.patch) // self.stride + 1) ** 2 + 1


class GuieNetwork(nn.Module):
    """Image tower and projection, with the attribute names of the published checkpoint."""

    def __init__(self, geometry: GuieGeometry) -> None:
        super().__init__()
        transformer = library("open_clip.transformer", "openclip")
        self.backbone = transformer.VisionTransformer(
            image_size=geometry.image,
            patch_size=geometry.patch,
            width=geometry.width,
            layers=geometry.layers,
            heads=geometry.heads,
            mlp_ratio=4.0,
            output_dim=geometry.features,
        )
        # open_clip knows patches side by side only; the overlapping ones are another stride and more
        # positions, and the rest of the tower does not care how many tokens there are.
        self.backbone.conv1.stride = (geometry.stride, geometry.stride)
        self.backbone.positional_embedding = nn.Parameter(torch.zeros(geometry.tokens, geometry.width))
        self.drpout = nn.Dropout(0.2)
        self.fc1 = nn.Linear(geometry.features, geometry.dimension)

    def forward(self, images: Tensor) -> Tensor:
        embedding: Tensor = self.fc1(self.drpout(self.backbone(images)))
        return embedding


def load(
    card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
) -> TorchEmbedder:
    """Build the network and load the checkpoint; the class head of its training is left out."""
    geometry = GuieGeometry(**{name: int(size) for name, size in card.options.items()})
    with torch.device("meta"):
        network = GuieNetwork(geometry)
    network.to_empty(device="cpu")
    fill(network, inference_tensors(read_tensors(weights.path)), weights.path, card.name)
    normalisation = Normalisation(CLIP_MEAN, CLIP_DEVIATION, Resampling.BILINEAR)
    return TorchEmbedder(card, network, normalisation, fingerprint, device, threads)


def inference_tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The checkpoint without the prefix of distributed training and without its class head."""
    named = {key.removeprefix("module."): value for key, value in tensors.items()}
    return {key: value for key, value in named.items() if not key.startswith("fc2.")}
