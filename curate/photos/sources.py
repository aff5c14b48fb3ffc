"""What a user typed to the files it means, and their bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from glob import has_magic
from pathlib import Path

from curate.errors import PhotoError, SettingsError
from curate.photos.folders import FolderSearch
from curate.photos.locations import (
    Found,
    SkippedFile,
    SourceFile,
    SourceProblem,
    file_uri,
    is_local,
    local_path,
)
from curate.photos.remote import remote_bytes, remote_photos
from curate.records import PhotoRef

__all__ = [
    "DEFAULT_MAX_BYTES",
    "Found",
    "SkippedFile",
    "SourceFile",
    "SourceProblem",
    "file_uri",
    "find_sources",
    "local_path",
    "read_bytes",
    "read_photo_bytes",
]

_NOWHERE = "Its bytes are no longer anywhere known: ingest it from where it is now."

DEFAULT_MAX_BYTES = 2**30
"""A 200-megapixel photo with 5 bytes per pixel; more is no photo, or a mistake."""


def find_sources(arguments: Sequence[str]) -> Iterator[Found]:
    """Files meant by folders, globs, paths, ``file:`` URIs and fsspec URLs, in the order given.

    Folders are walked depth first, sorted by name, while the result is consumed. A local file that is
    reached twice comes once. A path that exists is never taken for a glob.

    Raises:
        SettingsError: a local path does not exist (at once), nothing matches or an address cannot be
            listed (when its turn comes).
    """
    places = [_place(argument) for argument in arguments]
    return _found(places)


def read_bytes(uri: str, limit: int = DEFAULT_MAX_BYTES) -> bytes:
    """The content of one file.

    Raises:
        PhotoError: it is gone, cannot be read, or is larger than ``limit`` bytes, or ``uri`` is empty.
    """
    if not uri:  # which fsspec would take for the current folder
        raise PhotoError(_NOWHERE)
    try:
        data = _local_bytes(local_path(uri), limit) if is_local(uri) else remote_bytes(uri, limit)
    except (PhotoError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise PhotoError("The file is gone: put it back, or ingest it from where it is now.") from error
    except Exception as error:  # each file system of fsspec has error classes of its own
        why = getattr(error, "strerror", None) or error
        raise PhotoError(f"The file cannot be read ({why}): check its rights and try again.") from error
    if len(data) > limit:
        raise PhotoError(f"The file has more than the {limit / 1e6:g} MB allowed: save the photo smaller.")
    return data


def read_photo_bytes(photo: PhotoRef, limit: int = DEFAULT_MAX_BYTES) -> bytes:
    """The bytes an ingested photo had when it was ingested, from the first of its places that has them.

    Raises:
        PhotoError: no place has them; it says why not the latest one (as ``read_bytes``, or the file has
            other content now). Or the photo was taken down.
    """
    if photo.taken_down is not None:
        raise PhotoError(photo.taken_down)
    problems = []
    for uri in photo.uris:
        try:
            data = read_bytes(uri, limit)
        except PhotoError as error:
            problems.append(error)
            continue
        if hashlib.sha256(data).hexdigest() == photo.sha256:
            return data
        problems.append(
            PhotoError("This file changed since it was ingested: run `curate ingest` on it again.")
        )
    raise problems[0] if problems else PhotoError(_NOWHERE)


def _place(argument: str) -> Path | str:
    """A local path that exists, else a local glob or a URL."""
    if is_local(argument):
        path = local_path(argument)
    elif argument.startswith("local://"):  # fsspec's other name for it, without percent-escapes
        path = Path(argument.removeprefix("local://"))
    elif "://" in argument:
        return argument
    else:
        path = Path(argument)
    if os.path.lexists(path):
        return path
    if has_magic(argument) and not is_local(argument):
        return argument
    raise SettingsError(f"There is no file or folder {str(path)!r}: type the path of one, or a quoted glob.")


def _found(places: Sequence[Path | str]) -> Iterator[Found]:
    search = FolderSearch()
    for place in places:
        if isinstance(place, Path):
            yield from search.file_or_folder(place)
        elif "://" in place:
            yield from remote_photos(place)
        else:
            yield from search.matching(place)


def _local_bytes(path: Path, limit: int) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
        raise PhotoError("This is no regular file: name a photo or a folder.")
    with path.open("rb") as file:
        return file.read(limit + 1)
