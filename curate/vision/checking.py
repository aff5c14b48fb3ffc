"""Whether a model would work, said in one sentence, for ``curate models check``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from curate.errors import CaptionError, ModelError, RemovalError
from curate.records import Box
from curate.vision.card import ModelCard
from curate.vision.interfaces import Captioner, Detector, Embedder, Remover, Segmenter
from curate.vision.loading import AnyModel, load


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """The outcome of a check."""

    name: str
    ready: bool
    """True if the model was loaded and ran."""
    sentence: str
    """What is well, or what is wrong and what to type next."""
    fingerprint: str | None = None
    """Of the model that was loaded."""


def check(
    card: ModelCard,
    models_dir: Path,
    weights: Path | None = None,
    device: str = "auto",
    trust_weights: bool = False,
) -> ModelCheck:
    """Look for the library and the weights, compare their sha256, load the model and run it once.

    Arguments are those of :func:`curate.vision.loading.load_detector`. Never raises ``ModelError``:
    what is wrong is the sentence.
    """
    try:
        model = load(card, models_dir, weights, device, None, trust_weights)
        ran = _try(card, model)
    except (ModelError, RemovalError, CaptionError) as error:
        return ModelCheck(card.name, False, str(error))
    return ModelCheck(card.name, True, ran, model.fingerprint)


def _try(card: ModelCard, model: AnyModel) -> str:
    grey = np.full((64, 96, 3), 128, dtype=np.uint8)
    grey[16:48, 32:64] = (200, 60, 20)  # something to see: vectors of a blank crop have no direction
    if card.role == "detector":
        found = cast(Detector, model).detect([grey])[0]
        return f"{card.name} is ready: it ran and found {len(found)} things in a test picture."
    if card.role == "embedder":
        (row,) = cast(Embedder, model).embed([grey])
        return f"{card.name} is ready: it ran and gave {len(row)} numbers for a test picture."
    if card.role == "captioner":
        captioner = cast(Captioner, model)
        words = captioner.caption(captioner.prepare(grey))
        return f"{card.name} is ready: it ran and says {words!r} of a test picture."
    square = Box(32, 16, 32, 32)
    if card.role == "segmenter":
        (mask,) = cast(Segmenter, model).segment(grey, [square])
        return f"{card.name} is ready: it ran and gave a mask of {mask.sum()} pixels for a test picture."
    from curate.vision.working_region import remove_object

    mask = np.zeros(grey.shape[:2], dtype=np.bool_)
    mask[16:48, 32:64] = True
    remove_object(cast(Remover, model), grey, mask)
    return f"{card.name} is ready: it ran and repainted a test picture."
