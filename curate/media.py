"""The media store: immutable files named after the sha256 of their bytes.

A workspace folder or any fsspec URL. What a crash leaves behind is a temporary file or a file that
nothing refers to, never a half-written one under its final name.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from curate.errors import MediaError

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z]+")
_UNFINISHED = ".unfinished-"


class MediaStore(Protocol):
    """Bytes by content. ``suffix`` is an extension with its dot, such as ``.webp``."""

    def put(self, data: bytes, suffix: str) -> str:
        """Store ``data`` durably and return its sha256 (hex). Storing the same bytes again costs a look."""
        ...

    def get(self, sha256: str, suffix: str) -> bytes:
        """The bytes, checked against their name. Raises ``MediaError`` if missing or damaged."""
        ...

    def names(self) -> Iterator[str]:
        """All stored files as ``<sha256><suffix>``, in no particular order."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file that nothing refers to."""
        ...


def _checked(data: bytes, name: str) -> bytes:
    if hashlib.sha256(data).hexdigest() != name.split(".")[0]:
        raise MediaError(
            f"The stored file {name} is damaged: restore it from a backup, then run `curate doctor`."
        )
    return data


class LocalMedia:
    """A folder: ``ab/<sha256><suffix>``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes, suffix: str) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._path(f"{sha256}{suffix}")
        if target.exists():
            return sha256
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(target, data)
        except OSError as error:
            raise MediaError(
                f"A file of {len(data)} bytes cannot be written to {self._root} ({error.strerror}): "
                "make room or mend the folder, then run the same command again; what was done stays done."
            ) from error
        return sha256

    def _write(self, target: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        # The rename itself is durable only once the folder is.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, sha256: str, suffix: str) -> bytes:
        name = f"{sha256}{suffix}"
        try:
            return _checked(self._path(name).read_bytes(), name)
        except OSError as error:
            raise MediaError(
                f"The stored file {name} cannot be read ({error.strerror}): run `curate doctor`."
            ) from error

    def names(self) -> Iterator[str]:
        for path in self._root.glob("??/*"):
            if _NAME.fullmatch(path.name) or path.name.startswith(_UNFINISHED):
                yield path.name

    def remove(self, name: str) -> None:
        folders = self._root.glob("??") if name.startswith(_UNFINISHED) else [self._path(name).parent]
        for folder in folders:
            (folder / name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name


class RemoteMedia:
    """Any fsspec URL. Object stores write a whole object or nothing, so no temporary name is needed."""

    def __init__(self, url: str) -> None:
        import fsspec

        try:
            self._filesystem, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise MediaError(
                f"The media URL {url} cannot be opened ({error}): "
                "check CURATE_MEDIA_URL, or type: pip install 'recurate[cloud]'."
            ) from error

    def put(self, data: bytes, suffix: str) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(f"{sha256}{suffix}")
        try:
            if not self._filesystem.exists(path):
                self._filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
                self._filesystem.pipe_file(path, data)
        except OSError as error:
            raise MediaError(
                f"A file of {len(data)} bytes cannot be written to the media URL ({error}): "
                "run the same command again when it is back; what was done stays done."
            ) from error
        return sha256

    def get(self, sha256: str, suffix: str) -> bytes:
        name = f"{sha256}{suffix}"
        try:
            return _checked(self._filesystem.cat_file(self._path(name)), name)
        except OSError as error:
            raise MediaError(
                f"The stored file {name} cannot be read ({error}): run `curate doctor`."
            ) from error

    def names(self) -> Iterator[str]:
        for path in self._filesystem.find(self._root):
            name = path.rsplit("/", 1)[-1]
            if _NAME.fullmatch(name):
                yield name

    def remove(self, name: str) -> None:
        self._filesystem.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name}"


def open_media(url: str | None, folder: Path) -> MediaStore:
    """The store behind ``url``, or ``folder`` when no URL is set."""
    return RemoteMedia(url) if url else LocalMedia(folder)
