"""What identifies the output of a model: computed without loading torch or the model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from curate.vision.captioner_cards import CAPTION_RULE
from curate.vision.card import ModelCard
from curate.vision.crops import CROP_RULE
from curate.vision.removal_rules import MASK_RULE, REMOVAL_RULE
from curate.vision.suppression import SUPPRESSION_RULE
from curate.vision.weights import find_weights


def fingerprint(card: ModelCard, models_dir: Path, weights: Path | None = None) -> str:
    """Hex digest, 64 characters, over everything that changes what the model gives.

    Paths, devices and thread counts are not part of it.

    Raises:
        ModelError: the weights are not there or not what they should be.
    """
    return fingerprint_of(card, find_weights(card, models_dir, weights).sha256)


def fingerprint_of(card: ModelCard, weights_sha256: str) -> str:
    """As :func:`fingerprint`, for weights whose sha256 is known."""
    parts = {
        "weights": weights_sha256,
        "recipe": card.recipe,
        "input_size": card.input_size,
        "options": dict(card.options),
        "rule": _rule(card),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _rule(card: ModelCard) -> str:
    """What is done around every model of a role."""
    rules = {
        "detector": SUPPRESSION_RULE,
        "embedder": CROP_RULE,
        "segmenter": MASK_RULE,
        "remover": REMOVAL_RULE,
        "captioner": CAPTION_RULE,
    }
    return rules[card.role]
