"""Export a million subject records over small photos: records a second, memory, and against a plain copy.

The records come from a generator, so that what is measured is the exporter alone: pictures, rows, sorting,
tables, hashes, dataset card and manifest, all durably written. The plain copy writes the same pictures from
the same bytes, durably and with as many threads. Making the records is told apart.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
from PIL import Image

from curate.exporters.export_folder import write_folder
from curate.exporters.media_files import THREADS
from curate.exporters.staging import make_folder, write_file
from curate.exporters.tasks.subject_records import sample_id
from curate.exporters.tasks.subject_samples import subject_samples
from curate.manifest_records import ManifestSpec, SubjectRecord, SubjectView
from curate.photos.reading import decode
from curate.records import Box

OWN_SECONDS, PEAK_MB = 120, 1000
"""Aims for a million records."""
VIEWS = 4
"""Views of a thing: each is the target once, with the others as references."""
SHARES = ("train",) * 8 + ("validation", "test")


class Photos:
    """Small JPEG files that differ in a number in their header; made when asked for."""

    def __init__(self, count: int) -> None:
        pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).resize((96, 64), Image.Resampling.BILINEAR).save(file, "JPEG", quality=90)
        self._start = file.getvalue()
        self.names = [hashlib.sha256(self.read(number)).hexdigest() for number in range(count)]
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def read(self, number: int) -> bytes:
        """The resolution carries the number, so that every file is a photo of its own."""
        at = self._start.index(b"JFIF") + len("JFIF") + 4  # behind the version and the unit
        return self._start[:at] + (number + 1).to_bytes(4, "big") + self._start[at + 4 :]

    def of(self, view: SubjectView) -> bytes:
        return self.read(self._numbers[view.photo_sha256])


def records(photos: Photos, count: int) -> Iterator[SubjectRecord]:
    """``count`` records of things with four views, each on four neighbouring photos of one split."""
    places = len(photos.names) // VIEWS
    for thing in range(count // VIEWS):
        place = thing % places
        views = [_view(photos.names[place * VIEWS + n], thing, n) for n in range(VIEWS)]
        group = hashlib.sha256(f"group {thing}".encode()).hexdigest()
        decision = str(UUID(int=thing))
        for n, target in enumerate(views):
            others = tuple(views[:n] + views[n + 1 :])
            yield SubjectRecord(
                sample_id=sample_id(target.object_id, [other.object_id for other in others]),
                group_id=group,
                target=target,
                references=others,
                similarities=(0.97, 0.96, 0.95),
                caption="a photo of a vase",
                split=SHARES[place % len(SHARES)],
                decision_ids=(decision,),
            )


def _view(photo: str, thing: int, n: int) -> SubjectView:
    box = Box(float(thing % 30), float(n), 40.0, 50.0)
    return SubjectView(UUID(int=thing * VIEWS + n), photo, "", box, "vase", 0.9, "made", "CC0-1.0", None)


def export(photos_count: int, count: int, folder: Path) -> dict[str, float]:
    photos = Photos(photos_count)
    spec = ManifestSpec("million", "1", "subject", {"seed": 0})
    before = _memory()
    start = time.perf_counter()
    written = write_folder(
        subject_samples(records(photos, count), photos.of, decode), spec, folder, records=count
    )
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    for _ in records(photos, count):
        pass
    return {
        "seconds": seconds,
        "generator": time.perf_counter() - start,
        "before_mb": before,
        "peak_mb": _memory(),
        "files": written.counts["files"],
    }


def plain_copy(photos_count: int, count: int, folder: Path) -> dict[str, float]:
    """The same pictures, durably, with as many threads."""
    photos = Photos(photos_count)
    start = time.perf_counter()

    def copy(number: int) -> None:
        make_folder(folder / photos.names[number][:2])
        write_file(folder / photos.names[number][:2] / f"{photos.names[number]}.jpg", photos.read(number))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(copy, range(photos_count)))
    return {"seconds": time.perf_counter() - start}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(function, *arguments):
    """In a process of its own, so that peak memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--photos", type=int, default=100_000)
    options = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "copy").mkdir()
        copied = apart(plain_copy, options.photos, options.records, folder / "copy")
        made = apart(export, options.photos, options.records, folder / "export")
    own = made["seconds"] - made["generator"] - copied["seconds"]
    table = {
        "records": options.records,
        "photos": options.photos,
        "export_seconds": round(made["seconds"], 1),
        "of_which_making_records": round(made["generator"], 1),
        "copy_seconds": round(copied["seconds"], 1),
        "own_seconds": round(own, 1),
        "ratio_to_copy": round(made["seconds"] / copied["seconds"], 2),
        "records_per_second": round(options.records / made["seconds"]),
        "peak_mb": round(made["peak_mb"]),
        "of_which_before_mb": round(made["before_mb"]),
    }
    print(json.dumps(table, indent=1))
    return int(options.records == 1_000_000 and (own > OWN_SECONDS or made["peak_mb"] > PEAK_MB))


if __name__ == "__main__":
    sys.exit(main())
