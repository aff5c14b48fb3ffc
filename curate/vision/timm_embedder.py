"""Any image backbone of timm."""

from __future__ import annotations

from curate.errors import ModelError
from curate.vision.card import ModelCard
from curate.vision.libraries import library
from curate.vision.torch_embedder import Normalisation, TorchEmbedder, first_mismatch, read_tensors
from curate.vision.weights import Weights


def load(
    card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
) -> TorchEmbedder:
    """Build the architecture named in the card's options, without its classifier, at the card's size.

    timm resamples the position embeddings of a checkpoint that was trained at another size.
    """
    timm = library("timm", "timm")
    tensors = read_tensors(weights.path)  # timm's own reader would run code from a pickle
    try:
        module = timm.create_model(
            str(card.options["architecture"]),
            pretrained=True,
            pretrained_cfg_overlay={"state_dict": tensors},
            num_classes=0,
            img_size=card.input_size,
        )
    except Exception as error:  # timm passes on what torch, safetensors and pickle raise
        raise ModelError(f"{weights.path} does not fit {card.name}: {first_mismatch(error)}") from error
    normalisation = Normalisation(module.pretrained_cfg["mean"], module.pretrained_cfg["std"])
    return TorchEmbedder(card, module, normalisation, fingerprint, device, threads)
