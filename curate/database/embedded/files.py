"""Where the files of an embedded server are, and that they are ours."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from curate.database.embedded.account import Account, user_name
from curate.errors import DatabaseError, WorkspaceError


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """The files of one workspace's server."""

    home: Path
    """``<workspace>/postgres``, mode 0700."""
    sockets: Path
    """Folder of the Unix socket. Short, because a socket's path is limited to 107 bytes."""

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def start_lock(self) -> Path:
        return self.home / "start.lock"

    @property
    def use_lock(self) -> Path:
        return self.home / "use.lock"

    @property
    def server_lock(self) -> Path:
        return self.home / "server.lock"


def server_files(directory: Path, workspace_id: str) -> ServerFiles:
    """The files of the server of a workspace; its ``postgres`` folder is made if it is missing.

    The socket is named after the workspace's id and the folder's inode: a moved workspace still finds its
    running server, a copied one gets its own, and a new one never meets the server of a deleted one.

    Raises:
        WorkspaceError: The workspace belongs to somebody else or cannot be written.
    """
    home = directory.resolve() / "postgres"
    try:
        home.mkdir(mode=0o700, exist_ok=True)
        status = home.stat()
    except OSError as error:
        raise WorkspaceError(
            f"the workspace {directory} cannot be used ({error.strerror}): "
            "check who owns it, or type `curate init` in a folder of yours"
        ) from error
    if status.st_uid != os.geteuid():
        raise WorkspaceError(
            f"the workspace {directory} belongs to {user_name(status.st_uid)}: run the command as that user, "
            "or share the data through a Postgres server (CURATE_DATABASE_URL)"
        )
    key = f"{workspace_id} {status.st_dev} {status.st_ino}"
    name = hashlib.sha256(key.encode()).hexdigest()[:16]
    return ServerFiles(home, Path(f"/tmp/recurate-{os.geteuid()}") / name)  # noqa: S108 (checked below)


def make_socket_folder(files: ServerFiles, account: Account | None) -> None:
    """Make the folder of the socket, empty; only the server's account and root can pass it.

    What a killed server left there names a process id that may be alive again as another program, or as
    a zombie whose parent has not looked yet; Postgres would refuse to start.

    Raises:
        DatabaseError: Somebody else made it first, which would put them between us and the server.
    """
    base = files.sockets.parent
    uid = os.geteuid()
    _own_folder(base, uid, 0o700 if account is None else 0o711)
    _own_folder(files.sockets, uid, 0o700, or_owner=account.uid if account else uid)
    for leftover in files.sockets.iterdir():
        leftover.unlink()
    if account is not None:
        os.chown(files.sockets, account.uid, account.gid)


def _own_folder(path: Path, uid: int, mode: int, or_owner: int | None = None) -> None:
    path.mkdir(mode=mode, exist_ok=True)
    status = path.lstat()
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid in (uid, or_owner)
    if not ours or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise DatabaseError(f"{path} was made by somebody else: remove it and run the command again")
