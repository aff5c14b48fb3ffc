"""Write every picture of an export once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from curate.exporters.staging import make_folder, write_file
from curate.exporters.task import Picture, Row, Sample

OnStep = Callable[[int, int], None]
"""Called with the number of picture sets written and to write: a photo each, or all pictures of a pair."""

# PNG coding, hashing and fsync let go of the interpreter lock. 8 threads hold at most 8 decoded photos, or as
# many pairs.
THREADS = min(os.cpu_count() or 1, 8)


def written_rows(samples: Sequence[Sample], tree: Path, on_step: OnStep | None) -> list[dict[str, object]]:
    """Write the pictures of all samples below ``tree``; returns their full rows in the same order."""
    jobs = {(each.split, one.key): one for each in samples for one in _pictures(each)}
    for split in {each.split for each in samples}:
        make_folder(tree / split)
    done: dict[tuple[str, str], _Written] = {}
    pool = ThreadPoolExecutor(THREADS)
    try:
        folders = [tree / split for split, _ in jobs]
        for key, written in zip(jobs, pool.map(_write, jobs.values(), folders), strict=True):
            done[key] = written
            if on_step:
                on_step(len(done), len(jobs))
    finally:
        pool.shutdown(cancel_futures=True)
    return [_row(sample, done) for sample in samples]


_Written = tuple[Mapping[str, str], Row]
"""Paths below the split folder by part, and the columns that were found out."""


def _write(picture: Picture, folder: Path) -> _Written:
    made = picture.make()
    names = {}
    for part, file in made.files.items():
        names[part] = name = file.name
        make_folder((folder / name).parent)
        write_file(folder / name, file.data)
    return names, made.values


def _row(sample: Sample, done: Mapping[tuple[str, str], _Written]) -> dict[str, object]:
    row = dict(sample.values)
    for column, wanted in sample.pictures.items():
        pictures = [wanted] if isinstance(wanted, Picture) else wanted
        names = []
        for each in pictures:
            written, values = done[sample.split, each.key]
            names.append(written[each.part])
            row |= values
        row[column] = names[0] if isinstance(wanted, Picture) else names
    return row


def _pictures(sample: Sample) -> list[Picture]:
    found: list[Picture] = []
    for wanted in sample.pictures.values():
        found += [wanted] if isinstance(wanted, Picture) else wanted
    return found
