"""What a join has finished, on disk, so that it goes on after a kill."""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ScratchInUse

_KEY = re.compile("[0-9a-f]{32}")
_MAPPED = 1 << 20
"""Larger arrays have a file of their own and stay there; the others of a part share one, because making a
file safe takes longer than writing a megabyte."""
_SMALL = "small.npz"
_HEADERS = threading.Lock()
"""Python before 3.11.9 now and then fails to parse literals, as headers are, in several threads."""

Arrays = dict[str, NDArray[Any]]


class JoinScratch:
    """A folder of one join: parts are written whole or not at all, and computed once.

    Args:
        folder: made if it is missing; what other joins left in it is removed.
        key: names the input, so that nothing of another one is taken up.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder / key
        for other in folder.iterdir():
            if other != self.folder and _KEY.fullmatch(other.name):
                shutil.rmtree(other)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.taken_up = 0
        self._tables: dict[str, mmap.mmap] = {}

    def part(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """The arrays called ``name``: those of an earlier process, or computed and kept."""
        if (found := self.find(name)) is not None:
            self.taken_up += 1
            return found
        self._keep(name, compute())
        kept = self.find(name)
        assert kept is not None, "it was written just now"
        return kept

    def find(self, name: str) -> Arrays | None:
        """A part that is finished; large arrays are mapped, so that what was computed need not be held."""
        folder = self.folder / name
        if not folder.is_dir():
            return None
        with _HEADERS:
            large = {file.stem: _mapped(file) for file in folder.glob("*.npy")}
            with np.load(folder / _SMALL) as small:
                return {**small, **large}

    def table(self, name: str, shape: tuple[int, int], dtype: np.dtype[np.generic]) -> NDArray[Any]:
        """A new array in a file; quicker to fill again than to make safe, so that it is not taken up.

        Raises:
            OSError: there is no room for it.
        """
        if 0 in shape:
            return np.empty(shape, dtype)
        path = self.folder / name
        with path.open("wb") as file:
            # A full disk is an error here; once the file is mapped it would be the end of the process.
            os.posix_fallocate(file.fileno(), 0, shape[0] * shape[1] * dtype.itemsize)
        with path.open("r+b") as file:
            self._tables[name] = mmap.mmap(file.fileno(), 0)
        return np.frombuffer(self._tables[name], dtype).reshape(shape)

    def hold(self, name: str) -> None:
        """Read a table into memory as far as there is room, because its rows are wanted from anywhere."""
        self._tables[name].madvise(mmap.MADV_WILLNEED)

    def read_anywhere(self, name: str) -> None:
        """A few rows of a table are wanted: where a disk reads megabytes ahead, each would come with
        thousands that nobody asked for, and drive out others."""
        self._tables[name].madvise(mmap.MADV_RANDOM)

    def read_in_order(self, name: str) -> None:
        """All rows of a table are wanted, about one after the other. Nothing is done about no table."""
        if name in self._tables:
            self._tables[name].madvise(mmap.MADV_NORMAL)

    def empty(self) -> None:
        """Remove everything: the join is done."""
        shutil.rmtree(self.folder)

    def _keep(self, name: str, arrays: Arrays) -> None:
        unfinished = self.folder / f"{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        large = {name: array for name, array in arrays.items() if array.nbytes > _MAPPED}
        small: dict[str, Any] = {name: array for name, array in arrays.items() if name not in large}
        with ExitStack() as stack:
            files = [stack.enter_context((unfinished / f"{stem}.npy").open("wb")) for stem in large]
            for file, array in zip(files, large.values(), strict=True):
                np.save(file, array)
                file.flush()
            files.append(stack.enter_context((unfinished / _SMALL).open("wb")))
            np.savez(files[-1], **small)
            files[-1].flush()
            for file in files:  # after all are written: the first waits for the disk, the others need not
                os.fsync(file.fileno())
        _sync_folder(unfinished)
        unfinished.rename(self.folder / name)
        _sync_folder(self.folder)


def _mapped(file: Path) -> NDArray[Any]:
    return np.asarray(np.load(file, mmap_mode="r"))  # slicing a memmap itself takes ten times as long


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else joins in this folder meanwhile; the end of the process lets go, too.

    Raises:
        ScratchInUse: somebody does.
    """
    with (folder / "lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ScratchInUse(f"another process joins in {folder}") from None
        yield


def content_key(parts: Iterable[bytes | memoryview]) -> str:
    """A name for all that decides the result."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:32]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
