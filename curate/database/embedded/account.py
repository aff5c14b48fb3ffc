"""Which system user the server runs as: ourselves, or an unprivileged one when we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "recurate"


@dataclass(frozen=True, slots=True)
class Account:
    """A numeric user and its group; None in their place means "as we are"."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """The account to change to before starting Postgres, which refuses to run as root.

    As root this is the system user ``recurate``, made on first use without home and login. Images that
    have no ``useradd`` or a read-only ``/etc`` fall back to ``nobody``. Such images run one program, so
    that other processes of ``nobody`` could reach the server is the lesser evil to not starting at all.
    """
    if os.geteuid() != 0:
        return None
    return _lookup(NAME) or _create() or _lookup("nobody")


def _lookup(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd is None:
        return None
    options = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, *options, NAME], capture_output=True, check=False)
    return _lookup(NAME)  # None if useradd failed; found if another process was quicker


def give(path: Path, account: Account | None) -> None:
    """Make a folder of ours and all in it belong to the account, unless it does already.

    Needed for a folder just made by root, for a copy made by root, and where the same system user has
    another number, as in a container that was built anew.
    """
    if account is None or path.stat().st_uid == account.uid:
        return
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            os.lchown(Path(folder) / name, account.uid, account.gid)
    os.lchown(path, account.uid, account.gid)  # last: an interrupted run starts over


def user_name(uid: int) -> str:
    """Login name, or the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
