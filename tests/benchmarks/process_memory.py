"""Peak memory of a process that runs beside this one: its own, and with the files it maps."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOOKS_A_SECOND = 50


@dataclass(frozen=True)
class Run:
    """What a command said and took. Bytes are peaks."""

    code: int
    output: str
    seconds: float
    anonymous: int
    """What the process took for itself and the system cannot take back, at any look."""
    resident: int
    """The kernel's high-water mark: mapped files that lie in memory count, which it lets go at need."""


def run_watched(command: Sequence[str], threads: int = 2) -> Run:
    """Run a command to its end. Its standard output is kept, its errors are shown as they come."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(names, str(threads))
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    anonymous = resident = 0
    assert process.stdout is not None
    while process.poll() is None:
        looked = memory_of(process.pid)
        anonymous = max(anonymous, looked.get("RssAnon", 0))
        resident = max(resident, looked.get("VmHWM", 0))
        time.sleep(1 / LOOKS_A_SECOND)
    output = process.stdout.read()  # a few lines, far below what a pipe holds
    return Run(process.returncode, output, time.perf_counter() - start, anonymous, resident)


def memory_of(pid: int | str) -> dict[str, int]:
    """Memory figures of ``/proc``, bytes; none if the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except ProcessLookupError:
        return {}
    fields = (line.split() for line in lines if line.endswith(" kB"))
    return {name.rstrip(":"): int(kilobytes) * 1024 for name, kilobytes, _ in fields}
