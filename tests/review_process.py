"""A real ``curate review`` process for tests: start, wait until it answers, stop, kill, start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

START_LIMIT = 180.0  # seconds; 3 s on an idle machine
STOP_LIMIT = 30.0
HEADERS = {"X-Recurate": "1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ReviewProcess:
    """One app on one port; the log of all its lives is kept in one file."""

    root: Path
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> ReviewProcess:
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "curate", "--workspace", str(self.root), "review", "--no-browser"]
        command += ["--port", str(self.port), *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **self.environment}, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_LIMIT
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The app does not start:\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/_stcore/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, as a terminal or a service manager does; its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(STOP_LIMIT)

    def kill(self) -> None:
        """End it without a chance to say goodbye."""
        self.stop(signal.SIGKILL)

    def client(self, cookies: dict[str, str] | None = None, **options: Any) -> httpx.Client:
        """A browser of a person: keeps cookies, follows no redirects, is on the app's own pages."""
        return httpx.Client(base_url=self.url, cookies=cookies, headers=HEADERS, timeout=30, **options)
