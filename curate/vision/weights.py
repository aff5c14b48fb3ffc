"""Where weights lie on disk, and whether they are the ones that are meant."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from curate.errors import ModelError
from curate.vision.card import Installed, KnownFile, ModelCard, UsersDirectory, UsersFile, UsersPipeline
from curate.vision.pipeline_directories import model_directory, pipeline_directory, sha256_of_directory


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file that is there, and its content."""

    path: Path
    """Of a pipeline its directory, of a method without weights the module it comes from."""
    directory: Path
    """Where the pulled files of the model are, for what has to be there besides the weights."""
    sha256: str
    known: bool
    """True if a sha256 on the model's card says that this is the file that is meant."""


def locate(card: ModelCard, models_dir: Path, weights: Path | None = None) -> Path:
    """The weights file of a model, without looking into it.

    Args:
        card: the model.
        models_dir: where pulled models live.
        weights: a file of the user that takes the place of the pulled one.

    Raises:
        ModelError: the file is not there; the sentence says how to get it.
    """
    if isinstance(card.source, Installed):
        return _module(card.name, card.source, weights)
    if weights is not None and isinstance(card.source, UsersPipeline):
        return pipeline_directory(weights)
    if weights is not None and isinstance(card.source, UsersDirectory):
        return model_directory(weights)
    if weights is not None:
        if not weights.is_file():
            raise ModelError(f"{weights} is not a file; give the weights of {card.name} by --weights FILE.")
        return weights
    if isinstance(card.source, UsersFile | UsersPipeline | UsersDirectory):
        raise ModelError(f"{card.name} needs {card.source.hint}; type: {card.source.option}.")
    directory = models_dir / card.source.directory
    if any(not (directory / file.path).is_file() for file in card.files):
        raise ModelError(
            f"The weights of {card.name} are not in {models_dir}; type: curate models pull {card.name}"
        )
    return directory / card.files[0].path


def is_present(card: ModelCard, models_dir: Path) -> bool:
    """Whether the pulled weights of a model are there; their content is not looked at."""
    try:
        return locate(card, models_dir).is_file()
    except ModelError:
        return False


def find_weights(card: ModelCard, models_dir: Path, weights: Path | None = None) -> Weights:
    """The weights file of a model with its sha256, pulled files checked against the card.

    A file of the user may be other weights of the same architecture, so it is not checked, only
    known or not. Hashing costs 0.03 s for the offline models and about 2 s for a ViT-H of 2.5 GB, which
    takes longer to load; so nothing is cached.

    Raises:
        ModelError: the file is not there, or a pulled file is not what it was.
    """
    path = locate(card, models_dir, weights)
    if isinstance(card.source, Installed):
        return Weights(path, path.parent, _version_hash(card.source), known=True)
    if path.is_dir():
        return Weights(path, path, sha256_of_directory(path), known=False)
    directory = models_dir / card.source.directory
    damaged = damaged_files(directory, card.files if weights is None else card.files[1:])
    if damaged:
        raise ModelError(
            f"{damaged[0]} of {card.name} is missing or not the file that is meant;"
            f" type: curate models pull {card.name}"
        )
    sha256 = sha256_of(path)
    return Weights(path, directory, sha256, known=any(file.sha256 == sha256 for file in card.files[:1]))


def damaged_files(directory: Path, files: tuple[KnownFile, ...]) -> list[Path]:
    """Those of the files that are missing or have another content than the card says."""
    paths = [(directory / file.path, file.sha256) for file in files]
    return [path for path, sha256 in paths if not path.is_file() or sha256 not in (None, sha256_of(path))]


def sha256_of(path: Path) -> str:
    """Hex digest of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _module(name: str, source: Installed, weights: Path | None) -> Path:
    if weights is not None:
        raise ModelError(f"{name} has no weights: leave out --weights.")
    found = importlib.util.find_spec(source.module)
    if found is None or found.origin is None:
        raise ModelError(
            f"The Python package {source.module} is missing; type: pip install --force-reinstall recurate"
        )
    return Path(found.origin)


def _version_hash(source: Installed) -> str:
    named = ""
    if source.distribution is not None:
        try:
            named = f"{source.distribution} {importlib.metadata.version(source.distribution)}"
        except importlib.metadata.PackageNotFoundError as error:
            raise ModelError(
                f"The version of {source.distribution} is not known; type: pip install {source.distribution}"
            ) from error
    return hashlib.sha256(named.encode()).hexdigest()
