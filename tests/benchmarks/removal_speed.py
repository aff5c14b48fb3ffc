"""What ``curate remove`` adds to the time of the remover itself: decoding, masks, measuring, PNGs, database.

    python tests/benchmarks/removal_speed.py

On the demo's photos as they are and on the same ones enlarged to 24 megapixels, for the removers that need
no hub and for two that work elsewhere for seconds, as a model on a GPU or a server does. Parts are timed
where they run; what is measured and stored while the remover works on the next object costs nothing but
the processor it shares.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from PIL import Image
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1]))

from chain import RIGHTS, forget_servers, last, make_workspace
from curate.database import objects, photos
from curate.database.tables import Object
from curate.settings import Settings, load_settings
from curate.vision.loading import load_detector, load_remover, load_segmenter
from curate.workflows import demo_photos
from curate.workflows.detect import detect
from curate.workflows.ingest import ingest
from curate.workflows.pair_evidence import pulled_models
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.remove import RemovalTools, remove
from curate.workspace import Workspace

AIM = 0.1
"""Of the remover's time."""
PHOTOS, LARGE = 8, 24_000_000
"""Photos of each size; pixels."""
SHARES = (0.01, 0.2)
"""Of the photo: objects that are worth removing."""
ELSEWHERE = 2.0, 8.0
"""Seconds: about LaMa on a GPU with its way there, and a diffusion model."""


class Elsewhere:
    """A remover that leaves this computer's processors alone."""

    largest_side, padding = 1024, 0.5

    def __init__(self, seconds: float) -> None:
        self.name, self._seconds = f"elsewhere, {seconds:g} s", seconds
        self.fingerprint = hashlib.sha256(self.name.encode()).hexdigest()

    def remove(self, photo, mask):
        time.sleep(self._seconds)
        return photo


class Timed:
    """Adds up the time of one method of something."""

    def __init__(self, inner, method: str) -> None:
        self._inner, self._method, self.seconds = inner, method, 0.0

    def __getattr__(self, name: str):
        found = getattr(self._inner, name)
        if name != self._method:
            return found

        def timed(*arguments, **options):
            start = time.perf_counter()
            try:
                return found(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - start

        return timed


@dataclass(frozen=True)
class Took:
    """Seconds of one run."""

    objects: int
    wall: float
    remover: float
    masks: float
    measuring: float

    @property
    def overhead(self) -> float:
        return (self.wall - self.remover) / self.remover


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, default=PHOTOS, help="of each size")
    options = parser.parse_args()
    forget_servers()
    settings = load_settings(None)
    columns = ("seconds an object", "in turn", "remover", "masks", "measuring", "overhead")
    print(" " * 34 + "".join(f"{column:>18}" if column[0] == "s" else f"{column:>10}" for column in columns))
    measures = RemovalMeasures(pulled_models(settings))
    for large in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            opened, wanted = prepared(Path(folder), settings, options.photos, large=large)
            timed_run(opened, settings, Elsewhere(0), wanted[:1], measures)  # loads the models
            for remover in removers(settings):
                took = timed_run(opened, settings, remover, wanted, measures)
                print_row("24 megapixels" if large else "as they are", remover.name, took)
            opened.close()
    return 0


def removers(settings: Settings) -> list:
    return [
        *(load_remover(name, settings.models_dir) for name in ("telea", "patchmatch")),
        *map(Elsewhere, ELSEWHERE),
    ]


def prepared(folder: Path, settings: Settings, count: int, *, large: bool) -> tuple[Workspace, list[UUID]]:
    """A workspace with the largest fitting object of each photo."""
    opened = make_workspace(folder / "workspace")
    pictures = folder / "photos"
    pictures.mkdir()
    for path in sorted(demo_photos.fetch(settings.models_dir).glob("*.jpg"))[:count]:
        with Image.open(path) as photo:
            factor = (LARGE / (photo.width * photo.height)) ** 0.5 if large else 1
            size = round(photo.width * factor), round(photo.height * factor)
            photo.convert("RGB").resize(size, Image.Resampling.BICUBIC).save(pictures / path.name, quality=92)
    last(ingest(opened, [str(pictures)], RIGHTS))
    last(detect(opened, load_detector("nanodet", settings.models_dir)))
    return opened, chosen(opened)


def chosen(opened: Workspace) -> list[UUID]:
    with opened.transaction() as session:
        found = objects.by_public_ids(session, session.scalars(select(Object.public_id)))
        shown = photos.by_keys(session, {each.photo_id for each in found.values()})
    largest: dict[int, tuple[float, UUID]] = {}
    for each in found.values():
        photo = shown[each.photo_id]
        share = each.box.area / (photo.width * photo.height)
        if SHARES[0] <= share <= SHARES[1]:
            largest[photo.id] = max(largest.get(photo.id, (0.0, each.public_id)), (share, each.public_id))
    return [object_id for _, object_id in largest.values()]


def timed_run(
    opened: Workspace, settings: Settings, remover, wanted: list[UUID], measures: RemovalMeasures
) -> Took:
    """One run."""
    segmenter = Timed(load_segmenter("u2netp", settings.models_dir), "segment")
    measured, watched = Timed(measures, "measure"), Timed(remover, "remove")
    start = time.perf_counter()
    summary = last(remove(opened, RemovalTools(watched, segmenter), wanted, measured))
    wall = time.perf_counter() - start
    return Took(summary["removals"], wall, watched.seconds, segmenter.seconds, measured.seconds)


def print_row(photos: str, remover: str, took: Took) -> None:
    """``in turn``: what models and measures would take one after the other, without PNGs and database."""
    parts = took.remover, took.masks, took.measuring
    each = [seconds / took.objects for seconds in (took.wall, sum(parts), *parts)]
    print("{:<16}{:<18}{:>18.2f}{:>10.2f}{:>10.2f}{:>10.2f}{:>10.2f}".format(photos, remover, *each), end="")
    print(f"{took.overhead:>10.0%} {'met' if took.overhead <= AIM else f'(aim {AIM:.0%})'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
