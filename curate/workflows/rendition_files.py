"""A folder of pictures that can be made again: nothing refers to them, so anybody may delete any of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from curate.errors import WorkspaceError
from curate.media import unfinished, write_atomically

# Removing a tenth at a time keeps the walk over all files, .3 s for 100,000, a rare one.
_SPARED = 0.9


class RenditionFiles:
    """Files ``ab/<name>`` below ``root``, at most about ``limit`` bytes of them; a name has its suffix."""

    def __init__(self, root: Path, limit: int) -> None:
        self._root = root
        self._limit = limit
        self._written = limit  # what lies there from earlier is not known, so the first write looks
        self._counting = threading.Lock()

    def read(self, name: str) -> bytes | None:
        """The picture called ``name``, None if it has to be made."""
        try:
            return self._path(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, data: bytes) -> None:
        """Keep a picture, readable by the workspace's owner only.

        Raises:
            WorkspaceError: the folder cannot be written.
        """
        target = self._path(name)
        try:
            for folder in (self._root, target.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
            write_atomically(target, data)
        except OSError as error:
            raise WorkspaceError(
                f"Pictures cannot be kept in {self._root} ({error.strerror}): make room or mend the folder."
            ) from error
        if self._is_time_to_prune(len(data)):
            threading.Thread(target=self.prune, name="prune renditions").start()

    def remove(self, start: str) -> int:
        """Remove the pictures whose names start so, with at least two characters; how many files went.

        What is half-written of them goes too: a picture that is being made fails then.
        """
        folder = self._root / start[:2]
        found = [*folder.glob(f"{start}*"), *unfinished(folder, start)]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def prune(self) -> int:
        """Remove the pictures made first until nine tenths of the limit are left; how many went."""
        found = sorted(self._files())
        excess = sum(size for _, size, _ in found) - self._limit
        if excess <= 0:
            return 0
        excess += round(self._limit * (1 - _SPARED))
        gone = 0
        for _, size, path in found:
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= size
            gone += 1
        return gone

    def _is_time_to_prune(self, added: int) -> bool:
        """Whether as much was written since the last look as a look frees."""
        with self._counting:
            self._written += added
            if self._written < self._limit * (1 - _SPARED):
                return False
            self._written = 0
            return True

    def _files(self) -> Iterator[tuple[int, int, Path]]:
        """Time in ns, bytes and path of every file, also of what killed processes left half-written."""
        folders = (entry.path for entry in _entries(self._root) if len(entry.name) == 2)
        for entry in (entry for folder in folders for entry in _entries(folder)):
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # somebody else is pruning too
                continue
            yield state.st_mtime_ns, state.st_size, Path(entry.path)

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """What lies in a folder; nothing if it is none, or went since it was listed."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []
