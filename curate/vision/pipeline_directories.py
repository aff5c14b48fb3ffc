"""Directories of weights: from the user's disk, or from the hub's cache by ``owner/name``."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from curate.errors import ModelError
from curate.vision.libraries import library

KINDS = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors")
"""What a model needs, and nothing that runs when it is read: chat templates (jinja) run in a sandbox."""
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def pipeline_directory(weights: Path) -> Path:
    """Where a pipeline lies, downloaded first if ``weights`` is a hub name.

    Raises:
        ModelError: it is not there, cannot be fetched, or has Python files in it.
    """
    directory = weights if weights.is_dir() else _from_hub(str(weights))
    if not (directory / "model_index.json").is_file():
        raise ModelError(f"{directory} has no model_index.json: give the directory of a diffusers pipeline.")
    _refuse_code(directory)
    return directory


def model_directory(weights: Path) -> Path:
    """The directory of one transformers model: configuration and safetensors weights.

    Raises:
        ModelError: it is not there, has other weights or none, or has Python files in it.
    """
    if not (weights / "config.json").is_file():
        raise ModelError(
            f"{weights} has no config.json: give the directory of a transformers model;"
            " type: --weights DIRECTORY."
        )
    if not any(weights.glob("*.safetensors")):
        raise ModelError(
            f"{weights} has no weights that can be read without running what is in them:"
            " save the model as safetensors (save_pretrained does)."
        )
    _refuse_code(weights)
    return weights


def sha256_of_directory(directory: Path) -> str:
    """Hex digest over names and contents of the files that are read."""
    files = sorted({file for kind in KINDS for file in directory.rglob(kind) if file.is_file()})
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(directory).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _refuse_code(directory: Path) -> None:
    code = next(directory.rglob("*.py"), None)
    if code is not None:
        raise ModelError(f"{code} would be run on loading: remove the Python files, or convert the model.")


def _from_hub(name: str) -> Path:
    if not _HUB_NAME.fullmatch(name):
        raise ModelError(f"{name} is neither a directory nor a hub's owner/name; type: --weights DIRECTORY.")
    hub = library("huggingface_hub", "diffusers")
    try:
        return Path(hub.snapshot_download(name, allow_patterns=list(KINDS)))
    except Exception as error:  # the hub's client raises whatever its HTTP client raises
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ModelError(
            f"{name} is not a directory here and could not be fetched from the hub ({reason});"
            " type: --weights DIRECTORY."
        ) from error
