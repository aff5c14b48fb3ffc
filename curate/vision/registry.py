"""Models by name. ``curate models list`` prints this table."""

from __future__ import annotations

from curate.errors import ModelError
from curate.near_names import did_you_mean
from curate.vision.captioner_cards import CAPTIONERS
from curate.vision.card import ModelCard
from curate.vision.detector_cards import DETECTORS
from curate.vision.embedder_cards import EMBEDDERS
from curate.vision.remover_cards import REMOVERS
from curate.vision.segmenter_cards import SEGMENTERS

OFFLINE_DETECTOR = DETECTORS[0].name
OFFLINE_EMBEDDER = EMBEDDERS[0].name
OFFLINE_SEGMENTER = SEGMENTERS[0].name
OFFLINE_REMOVER = REMOVERS[0].name
OFFLINE = (OFFLINE_DETECTOR, OFFLINE_EMBEDDER, OFFLINE_SEGMENTER, OFFLINE_REMOVER)
"""One model of each role that needs no model hub."""


def cards() -> tuple[ModelCard, ...]:
    """Every known model, in the order of the chain, the offline default of each role at its head."""
    return (*DETECTORS, *EMBEDDERS, *SEGMENTERS, *REMOVERS, *CAPTIONERS)


def names(role: str) -> list[str]:
    """Of all models of a role that looks at photos: ``detector``, ``embedder`` or ``captioner``."""
    roles = {"detector": DETECTORS, "embedder": EMBEDDERS, "captioner": CAPTIONERS}
    return [card.name for card in roles[role]]


def find_card(name: str) -> ModelCard:
    """The card of a model.

    Raises:
        ModelError: no model has that name; the sentence lists those that exist.
    """
    return _find("model", name, cards())


def is_detector(name: str) -> bool:
    """Whether it is a detector of ours, and not a file of boxes."""
    return any(card.name == name for card in DETECTORS)


def find_detector(name: str) -> ModelCard:
    """As :func:`find_card`, among detectors."""
    return _find("detector", name, DETECTORS)


def find_embedder(name: str) -> ModelCard:
    """As :func:`find_card`, among embedders."""
    return _find("embedder", name, EMBEDDERS)


def find_segmenter(name: str) -> ModelCard:
    """As :func:`find_card`, among segmenters."""
    return _find("segmenter", name, SEGMENTERS)


def find_remover(name: str) -> ModelCard:
    """As :func:`find_card`, among removers."""
    return _find("remover", name, REMOVERS)


def find_captioner(name: str) -> ModelCard:
    """As :func:`find_card`, among captioners."""
    return _find("captioner", name, CAPTIONERS)


def _find(role: str, name: str, among: tuple[ModelCard, ...]) -> ModelCard:
    for card in among:
        if card.name == name:
            return card
    known = ", ".join(card.name for card in among)
    meant = did_you_mean(name, (card.name for card in among))
    raise ModelError(f"No {role} is called {name!r}; type one of: {known}.{meant}")
