"""OpenCLIP and SigLIP image towers."""

from __future__ import annotations

from curate.errors import ModelError
from curate.vision.card import ModelCard
from curate.vision.libraries import library
from curate.vision.torch_embedder import Normalisation, TorchEmbedder, first_mismatch
from curate.vision.weights import Weights


def load(
    card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
) -> TorchEmbedder:
    """Build the architecture named in the card's options and load a whole CLIP checkpoint into it."""
    open_clip = library("open_clip", "openclip")
    architecture = str(card.options["architecture"])
    try:
        model = open_clip.create_model(architecture, pretrained=str(weights.path), weights_only=True)
    except Exception as error:  # open_clip passes on what torch, safetensors and pickle raise
        raise ModelError(f"{weights.path} does not fit {card.name}: {first_mismatch(error)}") from error
    # A file does not say how its pixels were normalised; open_clip knows it by the published tag.
    pixels = open_clip.get_pretrained_cfg(architecture, str(card.options["tag"]))
    normalisation = Normalisation(pixels["mean"], pixels["std"])
    return TorchEmbedder(card, model.visual, normalisation, fingerprint, device, threads)
