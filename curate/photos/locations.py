"""Where photos lie: ``file:`` URIs that keep any file name, and what a search for photos finds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, unquote_to_bytes

from curate.errors import SettingsError

PHOTO_SUFFIXES = frozenset(
    [
        "jpg",
        "jpeg",
        "jpe",
        "jfif",
        "png",
        "webp",
        "tif",
        "tiff",
        "gif",
        "bmp",
        "heic",
        "heif",
        "hif",
        "avif",
        "mpo",
        "cr2",
        "cr3",
        "nef",
        "arw",
        "raf",
        "dng",
    ],
)
"""Compared without regard to case. Only folder walks and globs look at names; content decides later."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read as a photo."""

    uri: str
    byte_count: int
    state_token: str
    """Size and mtime for local files, etag or fsspec's ``ukey`` else: unchanged token, unchanged file."""


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A file, link or folder that cannot be read."""

    uri: str
    reason: str


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not a candidate."""

    uri: str
    reason: str


Found = SourceFile | SourceProblem | SkippedFile


def file_uri(path: Path) -> str:
    """``file:///`` and the percent-encoded bytes of the path, so that names that are not UTF-8 survive."""
    return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100  resolve() would follow links


def is_local(uri: str) -> bool:
    return uri.startswith("file:")


def file_name(uri: str) -> str:
    """The photo's file name; what is not UTF-8 in it becomes a replacement character."""
    name = PurePosixPath(uri).name
    return unquote(name) if is_local(uri) else name


def local_path(uri: str) -> Path:
    """The path a ``file:`` URI stands for.

    Raises:
        SettingsError: another kind of URI, a relative path, or one with a NUL in it.
    """
    rest = uri.removeprefix("file:").removeprefix("//localhost").removeprefix("//")
    name = unquote_to_bytes(rest.encode("utf-8", "surrogateescape"))
    if not is_local(uri) or not name.startswith(b"/") or b"\0" in name:
        raise SettingsError(f"{uri!r} is not the URI of a local file: type file:/// and an absolute path.")
    return Path(os.fsdecode(name))


def photo_endings() -> str:
    """``.arw, .avif, ...``: how names of photos end, for people."""
    return ", ".join(f".{suffix}" for suffix in sorted(PHOTO_SUFFIXES))


def has_photo_suffix(name: str) -> bool:
    return name.rpartition(".")[2].lower() in PHOTO_SUFFIXES
