"""Advisory file locks (``flock``) and waiting with a word to the user."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from curate.errors import DatabaseError

Notice = Callable[[str], None]
"""Called at most once per wait with a sentence for the user."""

NOTICE_AFTER = 3.0  # seconds: starting takes 0.1 s, making a new database 1 s
POLL = 0.01


def silent(_: str) -> None:
    """The notice of callers that have nobody to tell."""


class FileLock:
    """One open lock file. The file stays for ever, only the lock comes and goes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def take_shared(self) -> None:
        self._flock(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock alone if nobody else holds it; a shared lock of ours is given up either way."""
        return self._flock(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def unlock(self) -> None:
        """Release the lock for every process that inherited it."""
        fcntl.flock(self.fd, fcntl.LOCK_UN)
        os.close(self.fd)

    def hand_over(self) -> None:
        """Close our side only: processes that inherited the lock keep it."""
        os.close(self.fd)

    def _flock(self, operation: int) -> bool:
        try:
            fcntl.flock(self.fd, operation)
        except BlockingIOError:
            return False
        except OSError as error:
            raise DatabaseError(
                f"{self._path} cannot be locked ({error.strerror}): "
                "put the workspace on a disk with file locks, or set CURATE_DATABASE_URL"
            ) from error
        return True


@contextmanager
def exclusive(path: Path, notice: Notice) -> Iterator[None]:
    """Hold ``path`` alone, waiting for as long as its holder lives."""
    lock = FileLock(path)
    wait_until(lock.try_exclusive, lambda: notice("Waiting for another command to start or stop Postgres"))
    try:
        yield
    finally:
        lock.unlock()


def wait_until(
    condition: Callable[[], bool], on_wait: Callable[[], None], limit: float = float("inf")
) -> bool:
    """Poll ``condition`` for up to ``limit`` seconds; call ``on_wait`` once when it takes long.

    Returns:
        False if the limit passed first.
    """
    begin = time.monotonic()
    told = False
    while not condition():
        elapsed = time.monotonic() - begin
        if elapsed > limit:
            return False
        if elapsed > NOTICE_AFTER and not told:
            on_wait()
            told = True
        time.sleep(POLL)
    return True
