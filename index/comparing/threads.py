"""Work shared by threads that each keep their own buffers."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

import torch

Task = TypeVar("Task")
Done = TypeVar("Done")


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(tasks: Iterable[Task], worker: Callable[[], Callable[[Task], Done]]) -> Iterator[Done]:
    """Results in the order in which they are ready; a few tasks wait at a time.

    Args:
        tasks: What to do.
        worker: Called once by each thread; what it returns does the tasks.
    """
    own = threading.local()

    def do(task: Task) -> Done:
        if not hasattr(own, "work"):
            torch.set_num_threads(1)  # of this thread: its block stays in its core's cache
            own.work = worker()
        work: Callable[[Task], Done] = own.work
        return work(task)

    count = cores()
    pool = ThreadPoolExecutor(count)
    waiting: set[Future[Done]] = set()
    try:
        for task in tasks:
            waiting.add(pool.submit(do, task))
            if len(waiting) >= 2 * count:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in ready)
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in ready)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def finish(steps: Iterable[None]) -> None:
    """Wait for all of them."""
    for _ in steps:
        pass
