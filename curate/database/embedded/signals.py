"""Finding the process of a running server, and asking it to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from curate.database.embedded.files import ServerFiles


def server_pid(files: ServerFiles) -> int | None:
    """Process id of the live server on this data, None if there is none on this machine.

    The id in ``postmaster.pid`` may be a leftover, come with a copied folder, or by now be another
    program's, so the process must also carry our socket folder on its command line.
    """
    try:
        pid = int((files.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):  # ValueError: the server is writing it right now
        return None
    return pid if f"unix_socket_directories={files.sockets}" in _command_line(pid) else None


def _command_line(pid: int) -> list[str]:
    if sys.platform != "linux":
        shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True)
        return shown.stdout.split()
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def ask_to_stop(files: ServerFiles, child: subprocess.Popen[bytes] | None) -> bool:
    """Fast shutdown: open transactions are rolled back, what was committed is flushed.

    A child of ours may not have written ``postmaster.pid`` yet.

    Returns:
        False if no server of ours was found.
    """
    pid = server_pid(files) if child is None or child.poll() is not None else child.pid
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:  # it ended since we looked
        return False
    return True
