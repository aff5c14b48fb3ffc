"""Making a database and starting its server. The caller holds the locks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from curate.database.embedded.account import Account, give
from curate.database.embedded.binaries import MAJOR
from curate.database.embedded.configuration import SETTINGS, USER
from curate.database.embedded.files import ServerFiles, make_socket_folder
from curate.errors import DatabaseError

LOG_LIMIT = 4_000_000  # bytes; a quiet server writes about 1 kB per start
LOG_TAIL = 5  # lines shown in an error
DISK_FULL = 32_000_000  # bytes; below it Postgres may not even recover


def create_data(files: ServerFiles, programs: Path, account: Account | None, server_lock: int) -> None:
    """Make the data folder, all of it or nothing.

    The text order is that of code points and case rules are Postgres's own, so a database sorts the same
    on every machine.
    """
    building = files.home / "data.new"
    if building.exists():
        shutil.rmtree(building)  # an initdb that was killed
    building.mkdir(mode=0o700)
    give(building, account)
    options = [f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--data-checksums"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    options += ["--wal-segsize=4"]  # MB; with the usual 16 an empty database takes twice the disk
    made = subprocess.run(
        [programs / "initdb", "-D", _from_inside(building), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=building,
        env=_environment(),
        pass_fds=[server_lock],
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if made.returncode != 0:
        reason = _disk_full(files) or made.stderr.strip()
        raise DatabaseError(f"no database can be made in {files.home}: {reason}")
    building.rename(files.data)


def launch(
    files: ServerFiles, programs: Path, account: Account | None, server_lock: int
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, so that it survives Ctrl-C and a killed parent."""
    _check_version(files)
    give(files.data, account)
    make_socket_folder(files, account)
    (files.data / "postmaster.pid").unlink(missing_ok=True)  # stale: the caller holds server.lock
    settings = {**SETTINGS, "unix_socket_directories": str(files.sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with _open_log(files) as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", _from_inside(files.data), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=files.data,
            env=_environment(),
            pass_fds=[server_lock],
            start_new_session=True,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def _from_inside(data: Path) -> str:
    """The data folder as the server names it.

    On Linux it is entered while we still are who we are and then called "where I stand": the server's
    account needs no right to pass the folders above, and no character in their names can matter.
    """
    return "/proc/self/cwd" if sys.platform == "linux" else str(data)


def _environment() -> dict[str, str]:
    """Nothing of the user's: PGDATA, PGPORT or a library path would change what is started."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _check_version(files: ServerFiles) -> None:
    try:
        made_by = (files.data / "PG_VERSION").read_text().strip()
    except FileNotFoundError as error:
        raise DatabaseError(
            f"the database in {files.data} is damaged (PG_VERSION is missing): restore a backup of it"
        ) from error
    if made_by != MAJOR:
        raise DatabaseError(
            f"the database in {files.data} was made by PostgreSQL {made_by} and this program brings {MAJOR}: "
            "use the program version that made it"
        )


def _open_log(files: ServerFiles) -> BinaryIO:
    if files.log.exists() and files.log.stat().st_size > LOG_LIMIT:
        files.log.replace(files.log.with_suffix(".log.old"))
    return files.log.open("ab")


def start_failure(files: ServerFiles, code: int) -> DatabaseError:
    """What to tell the user when the server ended instead of getting ready."""
    lines = files.log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
    reason = _disk_full(files) or f"exit code {code}"
    return DatabaseError(
        "\n  ".join([f"Postgres does not start ({reason}); its log is {files.log}:", *lines])
    )


def _disk_full(files: ServerFiles) -> str | None:
    free = shutil.disk_usage(files.home).free
    return f"the disk has only {free // 1_000_000} MB left: free some space" if free < DISK_FULL else None
