"""Running somebody else's program so that it cannot outlive its time or fill the memory with words."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

KEPT = 4096
"""Bytes of stderr that are kept, the last ones."""
LINGER = 2.0
"""Seconds to wait for the end of stderr when the program is gone: a child may hold it open."""


class TimedOut(Exception):
    """The program was stopped because its time was up."""


def run_bounded(arguments: Sequence[str], environment: Mapping[str, str], seconds: float) -> tuple[int, str]:
    """Run a program without a shell, as a process group of its own that is gone when this returns.

    Returns:
        Its exit code (negative: the signal that ended it) and the last line it wrote to stderr.

    Raises:
        TimedOut: it took longer than ``seconds``.
        OSError: it cannot be started.
    """
    process = subprocess.Popen(
        arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    tail = bytearray()
    reader = threading.Thread(target=_keep_tail, args=(process.stderr, tail), daemon=True)
    reader.start()
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise TimedOut from error
    finally:
        _stop_group(process)
        reader.join(LINGER)
    lines = [line.strip() for line in tail.decode(errors="replace").splitlines() if line.strip()]
    return code, lines[-1][:200] if lines else ""


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # gone already; macOS says so by PermissionError
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _keep_tail(stream: IO[bytes], tail: bytearray) -> None:
    with stream:
        while piece := stream.read1(KEPT):  # type: ignore[attr-defined]
            tail += piece
            del tail[:-KEPT]
