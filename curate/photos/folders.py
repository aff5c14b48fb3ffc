"""Find photos in local folders: sorted, lazily, each file once, whatever links there are."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from fsspec.utils import glob_translate

from curate.errors import SettingsError
from curate.photos.locations import (
    Found,
    SkippedFile,
    SourceFile,
    SourceProblem,
    file_uri,
    has_photo_suffix,
)

_Inode = tuple[int, int]
_Trail = list[tuple[_Inode, Iterator["os.DirEntry[str]"]]]
"""The folder being listed and its parents, each with what is left of its entries."""


class FolderSearch:
    """One search over local files. Remembers the files it has passed (about 150 bytes each)."""

    def __init__(self) -> None:
        self._seen: set[_Inode] = set()

    def file_or_folder(self, path: Path) -> Iterator[Found]:
        """A file, which is a candidate whatever its name, or all photos below a folder."""
        yield from self._below(path) if _is_folder(path) else self._file(path)

    def matching(self, pattern: str) -> Iterator[Found]:
        """Photos that match a glob, and all photos below folders that do; ``**`` crosses folders.

        Raises:
            SettingsError: nothing matches, or ``**`` is not a whole path component.
        """
        head, crosses, _ = pattern.partition("**")
        starts = sorted(glob.glob(_folder_of(head) if crosses else pattern), key=os.fsencode)  # noqa: PTH207
        if not starts:
            raise SettingsError(f"No file or folder matches {pattern!r}: check the pattern.")
        wanted = _wanted(pattern) if crosses else None
        for start in map(Path, starts):
            yield from self._below(start, wanted) if _is_folder(start) else self._by_name(start)

    def _below(self, top: Path, wanted: re.Pattern[str] | None = None) -> Iterator[Found]:
        """Depth first. An explicit stack, because folders nest deeper than Python recurses."""
        trail: _Trail = []
        entered: set[_Inode] = set()
        yield from _enter(top, trail, entered)
        while trail:
            entry = next(trail[-1][1], None)
            if entry is None:
                trail.pop()
                continue
            path = Path(entry.path)
            try:
                is_folder = entry.is_dir()
            except OSError as error:  # a link to itself
                yield _problem(path, error)
                continue
            if is_folder and path.name.startswith("."):
                # Rubbish bins, other programs' thumbnails, and the thumbnails of our own workspaces.
                yield SkippedFile(file_uri(path), "a hidden folder: name it to read it")
            elif is_folder:
                yield from _enter(path, trail, entered)
            elif wanted is None or wanted.match(os.path.abspath(path)):  # noqa: PTH100  no links
                yield from self._by_name(path)

    def _by_name(self, path: Path) -> Iterator[Found]:
        if has_photo_suffix(path.name):
            yield from self._file(path)
        else:
            yield SkippedFile(file_uri(path), "its name does not end like a photo's")

    def _file(self, path: Path) -> Iterator[Found]:
        try:
            state = path.stat()
        except OSError as error:
            yield _problem(path, error)
            return
        if not stat.S_ISREG(state.st_mode):  # opening a pipe would wait for ever
            yield SourceProblem(file_uri(path), "This is no regular file: name a photo or a folder.")
            return
        inode = state.st_dev, state.st_ino
        if inode not in self._seen:
            self._seen.add(inode)
            yield SourceFile(file_uri(path), state.st_size, f"{state.st_size}-{state.st_mtime_ns}")


def _enter(folder: Path, trail: _Trail, entered: set[_Inode]) -> Iterator[SourceProblem]:
    """Put a folder on the trail unless it was entered before, by this name or through a link."""
    try:
        state = folder.stat()
        with os.scandir(folder) as entries:
            listing = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield _problem(folder, error)
        return
    inode = state.st_dev, state.st_ino
    if any(inode == parent for parent, _ in trail):
        yield SourceProblem(file_uri(folder), "This link leads back to a folder above it: remove the link.")
    elif inode not in entered:
        entered.add(inode)
        trail.append((inode, iter(listing)))


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112  False without rights, where pathlib raises


def _problem(path: Path, error: OSError) -> SourceProblem:
    why = error.strerror or type(error).__name__
    return SourceProblem(file_uri(path), f"This cannot be opened ({why}): check its rights.")


def _folder_of(head: str) -> str:
    """The path before ``**``, cut at its last slash."""
    folder, slash, _ = head.rpartition("/")
    return folder or slash or "."


def _wanted(pattern: str) -> re.Pattern[str]:
    # glob follows link loops 40 levels deep, so `**` is matched over our own walk instead.
    try:
        return re.compile(glob_translate(os.path.abspath(pattern)))  # noqa: PTH100  resolves no link
    except ValueError as error:
        raise SettingsError(f"The pattern {pattern!r} cannot be used: {error}.") from error
