"""Examine photos in several processes, and survive a photo that takes its process with it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial

from curate.photos.facts import Examined, PhotoProblem, examine_file
from curate.photos.sources import SourceFile

_ENDED = "Reading this file ended the process that read it: it is damaged, or memory ran out."

Read = tuple[SourceFile, Examined | PhotoProblem]


def examine_all(files: Iterable[SourceFile], workers: int, max_pixels: int) -> Iterator[Read]:
    """Examine files in order, at most a few per worker ahead of the caller.

    A decoder that crashes ends its process and with it the pool. Then every file that was under way is read
    again by itself in a process of its own, so that only the one to blame fails.
    """
    examine = partial(examine_file, max_pixels=max_pixels)
    stream = iter(files)
    under_way: list[SourceFile] = []
    while True:
        waiting: deque[tuple[SourceFile, Future[Examined | PhotoProblem]]] = deque()
        try:
            with _pool(workers) as pool:
                for file in stream:
                    under_way.append(file)
                    waiting.append((file, pool.submit(examine, file.uri)))
                    if len(waiting) > 4 * workers:
                        yield _finished(waiting, under_way)
                while waiting:
                    yield _finished(waiting, under_way)
            return
        except BrokenProcessPool:
            yield from _one_by_one(under_way, max_pixels)
            under_way.clear()


def _finished(
    waiting: deque[tuple[SourceFile, Future[Examined | PhotoProblem]]], under_way: list[SourceFile]
) -> Read:
    """The oldest result. Its file leaves the lists only once there is a result."""
    file, future = waiting[0]
    result = future.result()
    waiting.popleft()
    under_way.remove(file)
    return file, result


def _one_by_one(files: list[SourceFile], max_pixels: int) -> Iterator[Read]:
    """Each file by itself in one process, which is made anew when a file ends it."""
    left = deque(files)
    while left:
        with _pool(1) as pool:
            try:
                while left:
                    result = pool.submit(examine_file, left[0].uri, max_pixels=max_pixels).result()
                    yield left.popleft(), result
            except BrokenProcessPool:
                file = left.popleft()
                yield file, PhotoProblem(file.uri, _ENDED)


def _pool(workers: int) -> ProcessPoolExecutor:
    """Worker processes that end by themselves when this one is killed.

    They are forked from one that has imported what they need and has no threads, locks or files of ours.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", examine_file.__module__])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Without this a worker of a killed command waits for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "only a pool calls this"

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
