"""Pairs for the screen, drawn: a vase on a table, and the same table without it."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pair_files import jpeg

SIZE = (1536, 1024)
START = datetime(2026, 5, 4, 10, 0)
_APART = timedelta(minutes=20)


def write_pair(folder: Path, number: int, *, shift: int = 0, clean_first: bool = False) -> list[Path]:
    """``IMG_<n>.JPG`` with the vase and the next one without, or the other way round.

    Args:
        shift: Pixels that the camera moved between the frames.
    """
    room, dice = _room(number), np.random.default_rng(number)
    frames = [_with_vase(room, number), room.transform(SIZE, Image.Transform.AFFINE, (1, 0, -shift, 0, 1, 0))]
    if clean_first:
        frames.reverse()
    folder.mkdir(exist_ok=True)
    paths = []
    for place, frame in enumerate(frames):
        noisy = np.asarray(frame) + dice.normal(0, 1.5, (SIZE[1], SIZE[0], 3))
        paths.append(folder / f"IMG_{1000 + 2 * number + place}.JPG")
        taken_at = START + number * _APART + place * timedelta(seconds=30)
        paths[-1].write_bytes(jpeg(noisy.clip(0, 255).round().astype(np.uint8), taken_at))
    return paths


def write_large(path: Path, megabytes: int = 60) -> bytes:
    """A PNG of noise, which nothing makes smaller; its bytes."""
    side = round((megabytes * 1e6 / 3) ** 0.5)
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "PNG", compress_level=0)
    path.write_bytes(stream.getvalue())
    return stream.getvalue()


def _room(number: int) -> Image.Image:
    """A wall with pictures and a table of wood, lit from the left; another one for each number."""
    dice = np.random.default_rng(number)
    wall, wood = dice.integers(150, 215, 3), np.array([150, 105, 66]) + dice.integers(-20, 20, 3)
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)
    grain = 9 * np.sin(y / 5 + 3 * np.sin(x / 170)) + 6 * np.sin(x / 11)
    on_table = (y > 640)[..., None]
    flat = np.where(on_table, wood + grain[..., None], wall + 3 * np.sin(x / 7)[..., None])
    lit = flat * (1.08 - 0.3 * x / SIZE[0])[..., None]
    room = Image.fromarray(lit.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(room)
    for left in range(90, 1400, 430):
        colour = tuple(int(each) for each in dice.integers(60, 200, 3))
        top, width = 90 + int(dice.integers(0, 90)), 220 + int(dice.integers(0, 90))
        draw.rectangle((left, top, left + width, top + 300), fill=colour, outline=(40, 34, 30), width=14)
        draw.ellipse((left + 50, top + 60, left + 150, top + 160), fill=tuple(255 - each for each in colour))
    for left in (70, 1130):
        colour = tuple(int(each) for each in dice.integers(50, 190, 3))
        draw.rectangle((left, 700, left + 280, 770), fill=colour, outline=(30, 30, 30), width=5)
    return room


def _with_vase(room: Image.Image, number: int) -> Image.Image:
    dice = np.random.default_rng(number + 100)
    middle = 620 + int(dice.integers(0, 300))
    shadow = Image.new("L", SIZE)
    ImageDraw.Draw(shadow).ellipse((middle, 815, middle + 430, 900), fill=75)
    shaded = Image.composite(Image.new("RGB", SIZE), room, shadow.filter(ImageFilter.GaussianBlur(16)))
    vase = Image.new("L", SIZE)
    draw = ImageDraw.Draw(vase)
    draw.ellipse((middle - 120, 560, middle + 120, 890), fill=255)
    draw.rectangle((middle - 45, 470, middle + 45, 640), fill=255)
    draw.ellipse((middle - 70, 450, middle + 70, 500), fill=255)
    x = (np.mgrid[: SIZE[1], : SIZE[0]][1] - middle + 120) / 240
    glaze = np.array([46, 110, 150]) * (1.35 - x.clip(0, 1))[..., None]
    painted = Image.fromarray(glaze.clip(0, 255).astype(np.uint8))
    return Image.composite(painted, shaded, vase.filter(ImageFilter.GaussianBlur(1)))
