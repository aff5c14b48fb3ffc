"""Write a folder so that it appears whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_PREFIX = ".recurate-unfinished-"
_LOCK = "lock"


def write_file(path: Path, data: bytes) -> None:
    """Write ``data`` durably, readable by everyone whatever the umask is. An existing file is kept."""
    with suppress(FileExistsError), path.open("xb") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def copy_file(source: Path, target: Path) -> None:
    """Copy ``source`` as ``write_file`` would write it; in 1 MB pieces, for it may be large."""
    with source.open("rb") as origin, target.open("xb") as file:
        os.fchmod(file.fileno(), 0o644)
        shutil.copyfileobj(origin, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def make_folder(path: Path) -> None:
    """Make ``path`` with fixed permissions; an existing one is kept."""
    with suppress(FileExistsError):
        path.mkdir()
        path.chmod(0o755)


def is_unfinished(folder: Path) -> bool:
    """Whether ``folder`` lies in what an export that goes on, or was killed, has not finished."""
    return any(part.startswith(_PREFIX) for part in folder.absolute().parts)


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """An empty folder on the file system of ``target``, removed at the end with all it holds.

    Folders that killed exports left beside ``target`` are removed first. A folder in use is known by the
    lock on a file in it, which the kernel drops when its process ends.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in sorted(target.parent.glob(f"{_PREFIX}*")):
        _remove_unowned(leftover)
    with ExitStack() as stack:
        staging = None
        while staging is None:
            staging = _owned_folder(target.parent, stack)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def publish(tree: Path, target: Path) -> bool:
    """Make ``tree`` durable and rename it to ``target``. False if ``target`` exists and was left alone."""
    for folder, _, _ in os.walk(tree):
        _sync(Path(folder))
    if target.is_symlink() or target.exists():
        return False
    try:
        tree.rename(target)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:  # another export was quicker
            return False
        raise
    _sync(target.parent)
    return True


def _owned_folder(parent: Path, stack: ExitStack) -> Path | None:
    """A new locked folder, or None if a neighbour's clean-up took it before it was locked."""
    staging = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    try:
        lock = stack.enter_context((staging / _LOCK).open("wb"))
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return staging if os.path.samestat(os.fstat(lock.fileno()), (staging / _LOCK).stat()) else None
    except (FileNotFoundError, BlockingIOError):
        return None


def _remove_unowned(staging: Path) -> None:
    # Whoever cannot open or lock it has no business with it: another user's, or in use.
    with suppress(OSError), (staging / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(staging)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
