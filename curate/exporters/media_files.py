"""Write every picture of an export once."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from curate.exporters.splits import SPLITS
from curate.exporters.staging import make_folder, write_file
from curate.exporters.task import Picture, Row, Sample

OnStep = Callable[[int, int], None]
"""Called with the number of records whose pictures are on disk, and of all records."""

# PNG coding, hashing and fsync let go of the interpreter lock. 8 threads hold at most 8 decoded photos, or as
# many pairs.
THREADS = min(os.cpu_count() or 1, 8)
_AHEAD = 256
"""Records whose pictures are under way: enough to keep all threads busy."""

_Written = tuple[Mapping[str, str], Row]
"""Paths below the split folder by part, and the columns that were found out."""


def written_rows(samples: Iterable[Sample], tree: Path) -> Iterator[tuple[str, Row]]:
    """Write the pictures of all samples below ``tree``; yields split and full row, in the same order.

    Memory grows with the number of different pictures (some 0.5 kB each), not with that of samples.
    """
    pictures = _Pictures(tree)
    waiting: deque[Sample] = deque()
    try:
        for sample in samples:
            pictures.begin(sample)
            waiting.append(sample)
            if len(waiting) > _AHEAD:
                yield pictures.finish(waiting.popleft())
        while waiting:
            yield pictures.finish(waiting.popleft())
    finally:
        pictures.stop()


class _Pictures:
    """Makes those of a split that have equal keys once."""

    def __init__(self, tree: Path) -> None:
        self._folders = {split: tree / split for split in SPLITS}
        self._pool = ThreadPoolExecutor(THREADS)
        self._made: dict[tuple[str, str], Future[_Written] | _Written] = {}

    def begin(self, sample: Sample) -> None:
        folder = self._folders[sample.split]
        make_folder(folder)
        for each in _pictures(sample):
            key = sample.split, each.key
            if key not in self._made:
                self._made[key] = self._pool.submit(_write, each, folder)

    def finish(self, sample: Sample) -> tuple[str, Row]:
        """Wait for the pictures of a sample; gives its split and row."""
        row = dict(sample.values)
        for column, wanted in sample.pictures.items():
            names = []
            for each in _listed(wanted):
                written, values = self._result(sample.split, each.key)
                names.append(written[each.part])
                row |= values
            row[column] = names[0] if isinstance(wanted, Picture) else names
        return sample.split, row

    def stop(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _result(self, split: str, key: str) -> _Written:
        made = self._made[split, key]
        if isinstance(made, Future):
            self._made[split, key] = made = made.result()  # a future takes three times its result
        return made


def _write(picture: Picture, folder: Path) -> _Written:
    made = picture.make()
    names = {}
    for part, file in made.files.items():
        names[part] = name = file.name
        make_folder((folder / name).parent)
        write_file(folder / name, file.data)
    return names, made.values


def _pictures(sample: Sample) -> Iterator[Picture]:
    for wanted in sample.pictures.values():
        yield from _listed(wanted)


def _listed(wanted: Picture | Iterable[Picture]) -> Iterable[Picture]:
    return (wanted,) if isinstance(wanted, Picture) else wanted
