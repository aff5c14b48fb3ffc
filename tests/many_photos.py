"""Any number of different photos: the demo's own, then random views of them, to show real things."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from curate.settings import load_settings
from curate.workflows import demo_photos

JUG = ("7303773", "7303788", "7303800", "7303842")
"""The photos with the recurring jug come first, so that even few photos hold a recurrence group."""


def draw_photos(directory: Path, count: int, seed: int, side: int = 640) -> None:
    """Write ``count`` JPEG files; equal arguments give equal photos.

    The first 39 are the demo's photos as they are, the others have at most ``side`` pixels.
    """
    directory.mkdir(parents=True, exist_ok=True)
    found = demo_photos.fetch(load_settings(None).models_dir).glob("*.jpg")
    sources = sorted(found, key=lambda path: (not path.stem.endswith(JUG), path.name))
    for number in range(count):
        source, target = sources[number % len(sources)], directory / f"photo {number:05d}.jpg"
        if number < len(sources):
            shutil.copyfile(source, target)
        else:
            view = _view(_small(source, 2 * side), np.random.default_rng([seed, number]))
            ImageOps.contain(view, (side, side)).save(target, quality=88)


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
