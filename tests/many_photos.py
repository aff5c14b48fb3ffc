"""Any number of different photos: the demo's photos, then random views of them, so that there are real things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from curate.settings import load_settings
from curate.workflows import demo_photos

JUG = ("7303773", "7303788", "7303800", "7303842")
"""The photos with the recurring jug come first, so that even few photos hold a recurrence group."""


def draw_photos(directory: Path, count: int, seed: int, side: int = 1024) -> None:
    """Write ``count`` JPEG files of at most ``side`` pixels; equal arguments give equal photos."""
    directory.mkdir(parents=True, exist_ok=True)
    found = demo_photos.fetch(load_settings(None).models_dir).glob("*.jpg")
    sources = sorted(found, key=lambda path: (not path.stem.endswith(JUG), path.name))
    for number in range(count):
        photo = _small(sources[number % len(sources)], 2 * side)
        if number >= len(sources):
            photo = _view(photo, np.random.default_rng([seed, number]))
        ImageOps.contain(photo, (side, side)).save(directory / f"photo {number:05d}.jpg", quality=88)


def _small(source: Path, side: int) -> Image.Image:
    with Image.open(source) as opened:
        opened.draft("RGB", (side, side))
        return opened.convert("RGB")


def _view(photo: Image.Image, dice: np.random.Generator) -> Image.Image:
    """A crop of 60-95 % of a photo, perhaps mirrored, in another light."""
    width, height = (round(length * dice.uniform(0.6, 0.95)) for length in photo.size)
    left, top = int(dice.integers(photo.width - width + 1)), int(dice.integers(photo.height - height + 1))
    view = photo.crop((left, top, left + width, top + height))
    if dice.random() < 0.5:
        view = ImageOps.mirror(view)
    return ImageEnhance.Brightness(view).enhance(float(dice.uniform(0.7, 1.3)))
