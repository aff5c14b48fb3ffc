"""Models by name. ``curate models list`` prints this table."""

from __future__ import annotations

from curate.errors import ModelError
from curate.vision.card import ModelCard
from curate.vision.detector_cards import DETECTORS
from curate.vision.embedder_cards import EMBEDDERS

OFFLINE_DETECTOR = DETECTORS[0].name
OFFLINE_EMBEDDER = EMBEDDERS[0].name


def cards() -> tuple[ModelCard, ...]:
    """Every known model, detectors first, the offline default of each role at its head."""
    return (*DETECTORS, *EMBEDDERS)


def find_card(name: str) -> ModelCard:
    """The card of a model.

    Raises:
        ModelError: no model has that name; the sentence lists those that exist.
    """
    return _find("model", name, cards())


def find_detector(name: str) -> ModelCard:
    """As :func:`find_card`, among detectors."""
    return _find("detector", name, DETECTORS)


def find_embedder(name: str) -> ModelCard:
    """As :func:`find_card`, among embedders."""
    return _find("embedder", name, EMBEDDERS)


def _find(role: str, name: str, among: tuple[ModelCard, ...]) -> ModelCard:
    for card in among:
        if card.name == name:
            return card
    known = ", ".join(card.name for card in among)
    raise ModelError(f"No {role} is called {name!r}; type one of: {known}.")
