"""Models by name, ready to run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from curate.errors import ModelError
from curate.settings import OutsideRemover
from curate.vision.card import ModelCard
from curate.vision.fingerprints import fingerprint_of
from curate.vision.interfaces import Captioner, Detector, Embedder, Remover, Segmenter
from curate.vision.libraries import library
from curate.vision.outside_removers import load_outside, outside_remover
from curate.vision.registry import (
    find_captioner,
    find_detector,
    find_embedder,
    find_remover,
    find_segmenter,
)
from curate.vision.remover_cards import REMOVERS
from curate.vision.weights import Weights, find_weights

AnyModel = Detector | Embedder | Segmenter | Remover | Captioner


def load_detector(
    name: str,
    models_dir: Path,
    weights: Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    trust_weights: bool = False,
) -> Detector:
    """A detector of the registry.

    Args:
        name: as in ``curate models list``.
        models_dir: where pulled models live.
        weights: a file of the user in place of the pulled one.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        threads: for one forward pass; None takes every core.
        trust_weights: allow a weights file of unknown content that can run code when it is loaded.

    Raises:
        ModelError: unknown name, missing library or weights, or weights that do not fit.
    """
    card = find_detector(name)
    return cast(Detector, load(card, models_dir, weights, device, threads, trust_weights))


def load_embedder(
    name: str,
    models_dir: Path,
    weights: Path | None = None,
    device: str = "auto",
    threads: int | None = None,
) -> Embedder:
    """An embedder of the registry; arguments and errors as for :func:`load_detector`."""
    return cast(Embedder, load(find_embedder(name), models_dir, weights, device, threads, False))


def load_segmenter(
    name: str,
    models_dir: Path,
    weights: Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    trust_weights: bool = False,
) -> Segmenter:
    """A segmenter of the registry; arguments and errors as for :func:`load_detector`."""
    card = find_segmenter(name)
    return cast(Segmenter, load(card, models_dir, weights, device, threads, trust_weights))


def load_remover(
    name: str,
    models_dir: Path,
    weights: Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    trust_weights: bool = False,
    outside: Mapping[str, OutsideRemover] | None = None,
) -> Remover:
    """A remover of the registry, or one outside this program.

    Args:
        name: as in ``curate models list``, a name in ``outside``,
            ``command:PROGRAM {photo} {mask} {output}``, or an ``http://`` or ``https://`` URL.
        outside: the ``removers`` of the settings; none may take a name of the registry.

    Other arguments and errors as for :func:`load_detector`; ``weights`` of a diffusers pipeline is a
    directory or a hub's ``owner/name``.
    """
    named = outside or {}
    taken = sorted({card.name for card in REMOVERS} & named.keys())
    if taken:
        raise ModelError(f"{taken[0]} is a remover of Recurate: give [removers.{taken[0]}] another name.")
    found = outside_remover(name, named)
    if found is not None:
        return load_outside(name, found)
    return cast(Remover, load(find_remover(name), models_dir, weights, device, threads, trust_weights))


def load_captioner(
    name: str, models_dir: Path, weights: Path | None, device: str = "auto", prompt: str | None = None
) -> Captioner:
    """A captioner of the registry.

    Args:
        weights: the directory of a model.
        prompt: what the model is asked or goes on from, in place of its own.

    Other arguments and errors as for :func:`load_detector`.
    """
    card = find_captioner(name)
    if prompt is not None:
        card = replace(card, options={**card.options, "prompt": prompt})
    return cast(Captioner, load(card, models_dir, weights, device, None, False))


def load(
    card: ModelCard,
    models_dir: Path,
    weights: Path | None,
    device: str,
    threads: int | None,
    trust_weights: bool,
) -> AnyModel:
    """The model of a card, whatever its role."""
    if card.library is not None:
        library(card.library.module, card.library.extra)
    found = find_weights(card, models_dir, weights)
    _require_trust(card, found, trust_weights)
    module, _, attribute = card.loader.partition(":")
    loader: Any = getattr(importlib.import_module(module), attribute)
    fingerprint = fingerprint_of(card, found.sha256)
    return cast("AnyModel", loader(card, found, fingerprint, device, threads))


def _require_trust(card: ModelCard, found: Weights, trust_weights: bool) -> None:
    if card.runs_code and not found.known and not trust_weights:
        raise ModelError(
            f"{found.path} is not the published file of {card.name}, and loading such a file can run code"
            " in it; if you trust whoever made it, type: --trust-weights"
        )
