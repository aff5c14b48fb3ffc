"""Write every picture of an export once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from curate.exporters.staging import make_folder, write_file
from curate.exporters.tasks.task import Picture, Row, Sample

OnStep = Callable[[int, int], None]
"""Called with the number of records whose pictures are on disk, and of all records."""

# PNG coding, hashing and fsync let go of the interpreter lock. 8 threads hold at most 8 decoded photos, or as
# many pairs.
THREADS = min(os.cpu_count() or 1, 8)
_PICTURES, _SAMPLES = 32, 1000
"""New pictures, or samples, of a batch at most. While a batch's pictures are written no rows are made: both
at once take longer, because each write of a file waits for the interpreter lock several times."""

_Key = tuple[str, str]
_Written = tuple[Mapping[str, str], Row]
"""Paths below the split folder by part, and the columns that were found out."""


def written_rows(samples: Iterable[Sample], tree: Path) -> Iterator[tuple[str, Row]]:
    """Write the pictures of all samples below ``tree``; yields split and full row, in the same order.

    Memory grows with the number of different pictures (some 0.5 kB each), not with that of samples.
    """
    made: dict[_Key, _Written] = {}
    with ExitStack() as stack:
        pool = ThreadPoolExecutor(THREADS)
        stack.callback(pool.shutdown, cancel_futures=True)
        for batch, new in _batches(samples, made):
            folders = [tree / split for split, _ in new]
            for folder in set(folders):
                make_folder(folder)
            made.update(zip(new, pool.map(_write, new.values(), folders), strict=True))
            yield from ((sample.split, _row(sample, made)) for sample in batch)


def _batches(
    samples: Iterable[Sample], made: Mapping[_Key, _Written]
) -> Iterator[tuple[list[Sample], dict[_Key, Picture]]]:
    """Some samples at a time, with those of their pictures that are not ``made`` yet."""
    batch: list[Sample] = []
    new: dict[_Key, Picture] = {}
    for sample in samples:
        batch.append(sample)
        for wanted in sample.pictures.values():
            for each in _listed(wanted):
                if (sample.split, each.key) not in made:
                    new.setdefault((sample.split, each.key), each)
        if len(new) >= _PICTURES or len(batch) >= _SAMPLES:
            yield batch, new
            batch, new = [], {}
    yield batch, new


def _write(picture: Picture, folder: Path) -> _Written:
    made = picture.make()
    names = {}
    for part, file in made.files.items():
        names[part] = name = file.name
        make_folder((folder / name).parent)
        write_file(folder / name, file.data)
    return names, made.values


def _row(sample: Sample, made: Mapping[_Key, _Written]) -> Row:
    row = dict(sample.values)
    for column, wanted in sample.pictures.items():
        names = []
        for each in _listed(wanted):
            written, values = made[sample.split, each.key]
            names.append(written[each.part])
            row |= values
        row[column] = names[0] if isinstance(wanted, Picture) else names
    return row


def _listed(wanted: Picture | Iterable[Picture]) -> Iterable[Picture]:
    return (wanted,) if isinstance(wanted, Picture) else wanted
