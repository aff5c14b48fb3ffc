"""Long work that reports by calling back, as steps of a workflow, which yields."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

from curate.records import Step

_Made = TypeVar("_Made")
Report = Callable[[str, int, int], None]
"""Called with a stage, and the units of it that are done and to do."""


class _Abandoned(Exception):
    """Nobody takes steps any more."""


def steps_of(work: Callable[[Report], _Made]) -> Generator[Step, None, _Made]:
    """Do ``work`` on a thread of its own; what it made.

    Whoever stops taking steps, by Ctrl-C for one, ends the work at its next report.
    """
    steps: SimpleQueue[Step | None] = SimpleQueue()
    abandoned = Event()

    def report(stage: str, done: int, total: int) -> None:
        if abandoned.is_set():
            raise _Abandoned
        steps.put(Step(stage, done, total))

    def ended(_: Future[_Made]) -> None:
        steps.put(None)

    with ThreadPoolExecutor(1, "compare") as pool:
        future = pool.submit(work, report)
        future.add_done_callback(ended)
        try:
            while (step := steps.get()) is not None:
                yield step
        finally:
            abandoned.set()
        return future.result()
