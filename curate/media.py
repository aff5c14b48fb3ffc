"""The media store: immutable files named after the sha256 of their bytes.

A workspace folder or any fsspec URL. What a crash leaves behind is a temporary file or a file that
nothing refers to. One more file, ``store-id``, says which database the store belongs to: a folder that
is not mounted or the bucket of another workspace must never pass for this one with its files lost.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from curate.errors import MediaDamagedError, MediaError, MediaMissingError

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z]+")
_UNFINISHED = ".unfinished-"
"""How the names of files begin that are being written, or were when their process was killed."""
_IDENTITY = "store-id"


class MediaStore(ABC):
    """Bytes by content. ``suffix`` is an extension with its dot, such as ``.webp``.

    Every method raises ``MediaError`` if the store does not answer.
    """

    place: str
    """How sentences name the store, after an article."""

    def put(self, data: bytes, suffix: str) -> str:
        """Store ``data`` and return its sha256 (hex). A sound file that is there already is left alone."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = _path(f"{sha256}{suffix}")
        # Being there is not enough: a file system that writes in place may hold half of it.
        if self._read(path) != data:
            self._write(path, data)
        return sha256

    def get(self, sha256: str, suffix: str) -> bytes:
        """The bytes, checked against their name.

        Raises:
            MediaMissingError: the store answers and has no such file.
            MediaDamagedError: the bytes are not the ones that were stored.
            MediaError: the store does not answer, which says nothing about the file.
        """
        name = f"{sha256}{suffix}"
        data = self._read(_path(name))
        if data is None:
            raise MediaMissingError(
                f"The stored file {name} is missing in the {self.place}: run `curate doctor`."
            )
        if hashlib.sha256(data).hexdigest() != sha256:
            raise MediaDamagedError(
                f"The stored file {name} is damaged: restore it from a backup, then run `curate doctor`."
            )
        return data

    @abstractmethod
    def uri(self, sha256: str, suffix: str) -> str:
        """Where a stored file lies: a ``file:`` URI or an fsspec URL."""

    def confirm(self, identity: str, *, claim: bool = False) -> None:
        """Make sure that this is the store called ``identity``; costs one small read.

        Args:
            claim: Give a store without an identity this one.

        Raises:
            MediaError: it is another store, or has no identity.
        """
        held = self._identity()
        if held is None and claim:
            self._write(_IDENTITY, f"{identity}\n".encode())
            held = self._identity()
        if held != identity:
            found = "has no store-id" if held is None else f"belongs to another database (store-id {held})"
            raise MediaError(
                f"The {self.place} {found}, and this workspace's files are in the store {identity}: "
                "bring that one back, or correct CURATE_MEDIA_URL."
            )

    @abstractmethod
    def names(self) -> Iterator[str]:
        """All stored files as ``<sha256><suffix>``, in no particular order."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file that nothing refers to, by its name from ``names``; it may be gone already."""

    @abstractmethod
    def remove_unfinished(self) -> None:
        """Remove what killed commands left half-written; nobody else may be writing."""

    @abstractmethod
    def _read(self, path: str) -> bytes | None:
        """The file at ``path`` below the root; None if the store answers and has no such file."""

    @abstractmethod
    def _write(self, path: str, data: bytes) -> None:
        """Write or replace the file at ``path`` below the root, durably."""

    def _identity(self) -> str | None:
        return (self._read(_IDENTITY) or b"").decode(errors="replace").strip() or None


class LocalMedia(MediaStore):
    """A folder: ``ab/<sha256><suffix>``. Never holds half a file under its final name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.place = f"media folder {root}"

    def names(self) -> Iterator[str]:
        """Also what killed commands left half-written."""
        for pattern in ("??/*", f"{_UNFINISHED}*"):
            for path in self._root.glob(pattern):
                if _NAME.fullmatch(path.name) or path.name.startswith(_UNFINISHED):
                    yield path.name

    def uri(self, sha256: str, suffix: str) -> str:
        return (self._root / _path(f"{sha256}{suffix}")).absolute().as_uri()

    def remove(self, name: str) -> None:
        unfinished = name.startswith(_UNFINISHED)
        folders = [self._root, *self._root.glob("??")] if unfinished else [(self._root / _path(name)).parent]
        try:
            for folder in folders:
                (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise MediaError(
                f"The file {name} cannot be removed from {self._root} ({error.strerror}): mend the folder."
            ) from error

    def remove_unfinished(self) -> None:
        for folder in (self._root, *self._root.glob("??")):
            for path in unfinished(folder):
                self.remove(path.name)

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MediaError(
                f"The file {path} in {self._root} cannot be read ({error.strerror}): "
                "mend the folder, then run the same command again."
            ) from error

    def _write(self, path: str, data: bytes) -> None:
        target = self._root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(target, data)
        except OSError as error:
            raise MediaError(
                f"A file of {len(data)} bytes cannot be written to {self._root} ({error.strerror}): "
                "make room or mend the folder, then run the same command again; what was done stays done."
            ) from error


class RemoteMedia(MediaStore):
    """Any fsspec URL. Others may keep files there too, so nothing is removed but by its name."""

    def remove_unfinished(self) -> None:
        """There is nothing: a store has whole files only."""

    def __init__(self, url: str) -> None:
        import fsspec

        try:
            self._filesystem, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise MediaError(
                f"The media URL cannot be opened ({error}): "
                "check CURATE_MEDIA_URL, or type: pip install 'recurate[cloud]'."
            ) from error
        except Exception as error:  # some connect already here
            raise _silent(error) from error
        self.place = "media URL"

    def names(self) -> Iterator[str]:
        with _answering():
            found = self._filesystem.find(self._root)
        for path in found:
            name = path.rsplit("/", 1)[-1]
            if _NAME.fullmatch(name):
                yield name

    def uri(self, sha256: str, suffix: str) -> str:
        url: str = self._filesystem.unstrip_protocol(f"{self._root}/{_path(f'{sha256}{suffix}')}")
        return url

    def remove(self, name: str) -> None:
        with _answering(), suppress(FileNotFoundError):
            self._filesystem.rm_file(f"{self._root}/{_path(name)}")

    def _read(self, path: str) -> bytes | None:
        with _answering():
            try:
                data: bytes = self._filesystem.cat_file(f"{self._root}/{path}")
            except FileNotFoundError:
                return None
        return data

    def _write(self, path: str, data: bytes) -> None:
        target = f"{self._root}/{path}"
        with _answering():
            self._filesystem.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
            self._filesystem.pipe_file(target, data)


def open_media(url: str | None, folder: Path) -> MediaStore:
    """The store behind ``url``, or ``folder`` when no URL is set."""
    return RemoteMedia(url) if url else LocalMedia(folder)


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # each file system has error classes of its own
        raise _silent(error) from error


def _silent(error: Exception) -> MediaError:
    return MediaError(
        f"The media URL cannot be used ({str(error) or type(error).__name__}): correct CURATE_MEDIA_URL, "
        "or run the same command again when it answers; what was done stays done."
    )


def unfinished(folder: Path, start: str = "") -> Iterator[Path]:
    """Files in ``folder`` that are half-written, or were when their process was killed.

    Args:
        start: Of the names that they were to get.
    """
    return folder.glob(f"{_UNFINISHED}{start}*")


def write_atomically(target: Path, data: bytes) -> None:
    """Write or replace ``target``, durably, for its owner only; a crash never leaves half of it."""
    handle, name = tempfile.mkstemp(prefix=f"{_UNFINISHED}{target.name}-", dir=target.parent)
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
