"""Use, share and stop the embedded server."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from psycopg import pq

from curate.database.embedded import process
from curate.database.embedded.account import server_account
from curate.database.embedded.binaries import binaries
from curate.database.embedded.configuration import DATABASE, PORT, USER
from curate.database.embedded.files import ServerFiles, server_files
from curate.database.embedded.locks import FileLock, Notice, exclusive, silent, wait_until
from curate.database.embedded.signals import ask_to_stop
from curate.errors import DatabaseError

SILENCE_LIMIT = 60.0  # seconds without any answer from a server that is said to be alive
STOP_LIMIT = 300.0  # seconds for the last checkpoint, on a slow disk with full buffers


class EmbeddedPostgres:
    """This process's share in the Postgres server of one workspace.

    Every process that uses a workspace opens one. The first starts the server, the others attach to it,
    and the last to close stops it. After a SIGKILL the server stays until the next user closes or
    ``stop`` is called. Threads may share one; a forked child must not close it and cannot.

    Args:
        directory: The workspace; its data lies in ``postgres/`` and may be moved or copied with it while
            no command runs.
        workspace_id: Names the socket, together with the folder's inode.
        on_wait: Gets one sentence if the start takes seconds.
    """

    def __init__(self, directory: Path, workspace_id: str, on_wait: Notice = silent) -> None:
        self._files = server_files(directory, workspace_id)
        self._notice = on_wait
        self._use: FileLock | None = None
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._last_answer = 0.0

    def start(self) -> str:
        """Make the database if there is none, start the server if none runs, and wait until it is ready.

        Recovery after a killed server takes as long as it takes.

        Returns:
            SQLAlchemy URL.

        Raises:
            DatabaseError: The server ends or stays silent; holds the last lines of its log.
        """
        if self._use is None:
            with exclusive(self._files.start_lock, self._notice):
                self._join()
        host = self._files.sockets
        return f"postgresql+psycopg://{USER}@/{DATABASE}?host={host}&port={PORT}"

    def close(self) -> None:
        """Stop using the server, and stop it if nobody else does. Close connections before."""
        if self._use is None:
            return
        if self._owner != os.getpid():
            self._use.hand_over()  # a forked child: the parent still uses the server
        else:
            with exclusive(self._files.start_lock, self._notice):
                self._leave(self._use)
        self._use = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _join(self) -> None:
        use = FileLock(self._files.use_lock)
        use.take_shared()
        self._use, self._owner, self._process = use, os.getpid(), None
        self._last_answer = time.monotonic()
        try:
            wait_until(self._ready, lambda: self._notice("Waiting for Postgres to recover"))
        except BaseException:
            self._leave(use)
            raise

    def _leave(self, use: FileLock) -> None:
        try:
            if use.try_exclusive():
                _stop_server(self._files, self._process)
        finally:
            use.unlock()
            self._use = None

    def _ready(self) -> bool:
        if self._process is None:
            self._process = _launch_unless_running(self._files)
        elif (code := self._process.poll()) is not None:
            raise process.start_failure(self._files, code)
        answer = _ping(self._files)
        if answer != pq.Ping.NO_RESPONSE:
            self._last_answer = time.monotonic()
        elif time.monotonic() - self._last_answer > SILENCE_LIMIT:
            raise DatabaseError(
                f"the Postgres of {self._files.home} is running but does not answer here: end the command "
                f"that uses it in another container or on another machine, or look into {self._files.log}"
            )
        return answer == pq.Ping.OK


def stop(directory: Path, workspace_id: str, *, force: bool = False, on_wait: Notice = silent) -> bool:
    """Stop the server of a workspace, such as one that a killed command left behind.

    Args:
        force: Also when commands are using it; they fail, and nothing they reported as done is lost.

    Returns:
        True if a server was running and is stopped now.

    Raises:
        DatabaseError: Other commands are using it.
    """
    files = server_files(directory, workspace_id)
    with exclusive(files.start_lock, on_wait):
        use = FileLock(files.use_lock)
        try:
            if not use.try_exclusive() and not force:
                raise DatabaseError(
                    f"Another command is using the workspace {directory}: end it first, "
                    "or type `curate down --force`."
                )
            return _stop_server(files)
        finally:
            use.unlock()


def _launch_unless_running(files: ServerFiles) -> subprocess.Popen[bytes] | None:
    lock = FileLock(files.server_lock)
    try:
        if not lock.try_exclusive():
            return None
        account = server_account()
        programs = binaries(account)
        if not files.data.exists():
            process.create_data(files, programs, account, lock.fd)
        return process.launch(files, programs, account, lock.fd)
    except OSError as error:
        raise DatabaseError(f"Postgres cannot be started in {files.home}: {error}") from error
    finally:
        lock.hand_over()


def _stop_server(files: ServerFiles, child: subprocess.Popen[bytes] | None = None) -> bool:
    """Stop the server if one runs; ``child`` is it if this process launched it."""
    lock = FileLock(files.server_lock)
    try:
        if lock.try_exclusive() or not ask_to_stop(files, child):
            return False
        if not wait_until(lock.try_exclusive, lambda: None, STOP_LIMIT):
            raise DatabaseError(
                f"Postgres is still stopping after {STOP_LIMIT:.0f} s; its log is {files.log}"
            )
        if child is not None:
            child.wait()
        if files.sockets.exists():
            files.sockets.rmdir()
        return True
    finally:
        lock.unlock()


def _ping(files: ServerFiles) -> pq.Ping:
    """Ask without logging in: OK, REJECT (starting, recovering or stopping) or NO_RESPONSE."""
    conninfo = f"host={files.sockets} port={PORT} user={USER} dbname={DATABASE}"
    return pq.Ping(pq.PGconn.ping(conninfo.encode()))
