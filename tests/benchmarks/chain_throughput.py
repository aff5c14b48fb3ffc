"""Detect and embed against a plain loop with the same models, batch sizes and decoding threads.

The loop keeps no results, so a ratio of 1 means that reading ahead pays for checking every photo's sha256,
the database, the vector blocks and the index.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).parents[1]))

from chain import RIGHTS, forget_servers, last, make_workspace
from curate.settings import load_settings
from curate.vision.crops import cut
from curate.vision.loading import load_detector, load_embedder
from curate.workflows import demo_photos
from curate.workflows.batches import batched
from curate.workflows.detect import detect
from curate.workflows.embed import embed
from curate.workflows.ingest import ingest
from measuring import speed_ratio


def plain(photos: list[Path], detector, embedder, workers: int) -> None:
    """Decode in threads, run both models, forget the result."""

    def decode(path: Path) -> np.ndarray:
        with Image.open(path) as photo:
            return np.asarray(ImageOps.exif_transpose(photo).convert("RGB"))

    with ThreadPoolExecutor(workers) as pool:
        for batch in batched(photos, detector.batch_size):
            pixels = list(pool.map(decode, batch))
            found = detector.detect(pixels)
            crops = [cut(rgb, each.box) for rgb, boxes in zip(pixels, found, strict=True) for each in boxes]
            for part in batched(crops, embedder.batch_size):
                embedder.embed(part)


def main() -> None:
    forget_servers()
    settings = load_settings(None)
    photos = sorted(demo_photos.fetch(settings.models_dir).glob("*.jpg"))
    detector = load_detector("nanodet", settings.models_dir)
    embedder = load_embedder("sscd", settings.models_dir)
    with tempfile.TemporaryDirectory() as folder:
        workspaces = {}

        def ingested(number: int):
            opened = make_workspace(Path(folder) / str(number))
            last(ingest(opened, list(map(str, photos)), RIGHTS))
            return opened

        for number in range(3):
            workspaces[number] = ingested(number)

        def ours(number: int) -> None:
            last(detect(workspaces[number], detector))
            last(embed(workspaces[number], embedder))

        ratio = speed_ratio(ours, lambda _: plain(photos, detector, embedder, settings.workers))
        for opened in workspaces.values():
            opened.close()
    print(f"detect + embed, {len(photos)} photos of 1-6 megapixels: {ratio} times a plain loop (aim 1.0)")


if __name__ == "__main__":
    main()
