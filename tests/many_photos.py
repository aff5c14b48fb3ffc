"""Any number of different photos: random views of the demo's photos, so that detectors find real things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from curate.settings import load_settings
from curate.workflows import demo_photos


def draw_photos(directory: Path, count: int, seed: int, side: int = 640) -> None:
    """Write ``count`` JPEG files of at most ``side`` pixels; equal seeds give equal photos."""
    directory.mkdir(parents=True, exist_ok=True)
    sources = sorted(demo_photos.fetch(load_settings(None).models_dir).glob("*.jpg"))
    for number in range(count):
        dice = np.random.default_rng([seed, number])
        view = _view(sources[number % len(sources)], dice, side)
        view.save(directory / f"photo {number:05d}.jpg", quality=88)


def _view(source: Path, dice: np.random.Generator, side: int) -> Image.Image:
    """A crop of 60-95 % of a photo, perhaps mirrored, in another light."""
    with Image.open(source) as opened:
        opened.draft("RGB", (2 * side, 2 * side))
        photo = opened.convert("RGB")
    width, height = (round(length * dice.uniform(0.6, 0.95)) for length in photo.size)
    left, top = int(dice.integers(photo.width - width + 1)), int(dice.integers(photo.height - height + 1))
    view = ImageOps.contain(photo.crop((left, top, left + width, top + height)), (side, side))
    if dice.random() < 0.5:
        view = ImageOps.mirror(view)
    return ImageEnhance.Brightness(view).enhance(float(dice.uniform(0.7, 1.3)))
