"""Ingest against plain decoding with the same number of processes."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).parents[1]))

from chain import RIGHTS, forget_servers, last, make_workspace
from curate.settings import load_settings
from curate.workflows import demo_photos
from curate.workflows.ingest import ingest
from measuring import speed_ratio

COPIES = 8


def decode(path: Path) -> tuple[int, int]:
    with Image.open(path) as photo:
        return ImageOps.exif_transpose(photo).convert("RGB").size


def copies(folder: Path) -> list[Path]:
    """The demo's photos several times over, each copy with bytes of its own behind its end mark."""
    made = []
    for number in range(COPIES):
        for photo in sorted(demo_photos.fetch(load_settings(None).models_dir).glob("*.jpg")):
            copy = folder / f"{number}-{photo.name}"
            copy.write_bytes(photo.read_bytes() + bytes([number]))
            made.append(copy)
    return made


def main() -> None:
    forget_servers()
    workers = load_settings(None).workers
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "photos").mkdir()
        photos = copies(place / "photos")

        def ours(number: int) -> None:
            with make_workspace(place / str(number)) as opened:
                last(ingest(opened, [str(place / "photos")], RIGHTS))

        def plain(_: int) -> None:
            with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
                list(pool.map(decode, photos, chunksize=8))

        ratio = speed_ratio(ours, plain)
    print(f"ingest, {len(photos)} photos of 1-6 megapixels: {ratio} times plain decoding (aim 0.7)")


if __name__ == "__main__":
    main()
