"""Photos of shelves full of simple things, drawn by us: every thing stands on twenty of them."""

from __future__ import annotations

import colorsys
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from curate.records import Box

COLUMNS = ROWS = 5
PER_SHELF = COLUMNS * ROWS
SIGHTINGS = 20
"""Shelves one thing stands on; the number of shelves is a multiple of it."""
SIZE = (1000, 750)
_CELL = (SIZE[0] // COLUMNS, SIZE[1] // ROWS)
_SPRITE = 144
# Silhouettes, turned on a lathe: height (0 top, 1 bottom) and half the width there.
_PROFILES = {
    "bottle": ((0.0, 0.08), (0.35, 0.08), (0.48, 0.2), (1.0, 0.2)),
    "bowl": ((0.45, 0.48), (0.6, 0.46), (0.85, 0.28), (1.0, 0.16)),
    "candle": ((0.3, 0.1), (0.9, 0.1), (0.9, 0.3), (1.0, 0.3)),
    "cup": ((0.35, 0.3), (0.8, 0.26), (1.0, 0.2)),
    "goblet": ((0.1, 0.26), (0.4, 0.24), (0.55, 0.05), (0.9, 0.05), (1.0, 0.25)),
    "jug": ((0.05, 0.2), (0.25, 0.14), (0.6, 0.34), (1.0, 0.24)),
    "lamp": ((0.05, 0.16), (0.5, 0.42), (0.5, 0.05), (0.92, 0.05), (1.0, 0.25)),
    "vase": ((0.0, 0.26), (0.2, 0.12), (0.55, 0.36), (1.0, 0.18)),
}
LABELS = tuple(_PROFILES)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One photo and what stands in it."""

    jpeg: bytes
    things: tuple[int, ...]
    """``PER_SHELF`` numbers, no thing twice."""
    boxes: tuple[Box, ...]
    """Where they stand, in the same order."""


def label_of(thing: int) -> str:
    return LABELS[thing % len(LABELS)]


def draw_shelves(count: int, seed: int) -> Iterator[Shelf]:
    """``count`` photos, a multiple of ``SIGHTINGS``; equal arguments give equal bytes."""
    dice = np.random.default_rng(seed)
    places = _places(count, dice)
    sprites = [_sprite(thing, dice) for thing in range(int(places.max()) + 1)]
    for things in places.tolist():
        yield _shelf(things, sprites, dice)


def _places(count: int, dice: np.random.Generator) -> NDArray[np.int64]:
    """Thing numbers [count, PER_SHELF]: in each column twenty shelves drawn by lot share a thing."""
    columns = [dice.permutation(count) // SIGHTINGS for _ in range(PER_SHELF)]
    things = np.stack([column + n * (count // SIGHTINGS) for n, column in enumerate(columns)], axis=1)
    return dice.permuted(things, axis=1)


def _sprite(thing: int, dice: np.random.Generator) -> Image.Image:
    """RGBA picture of one thing: its silhouette, two colours in bands, lit from the left."""
    profile = _PROFILES[label_of(thing)]
    half = [(int((0.5 + width) * _SPRITE), int(height * (_SPRITE - 1))) for height, width in profile]
    mask = Image.new("L", (_SPRITE, _SPRITE))
    ImageDraw.Draw(mask).polygon([*half, *((_SPRITE - x, y) for x, y in reversed(half))], fill=255)
    hue = dice.random()
    colours = np.array([colorsys.hsv_to_rgb(h % 1, dice.uniform(0.3, 0.9), 0.95) for h in (hue, hue + 0.4)])
    down, across = np.mgrid[0 : 1 : _SPRITE * 1j, 0 : 1 : _SPRITE * 1j]
    slant, bands = dice.uniform(-1, 1), dice.integers(2, 9)
    first = np.sin(2 * np.pi * bands * (down + slant * across)) > dice.uniform(-0.8, 0.8)
    light = 1.05 - 0.6 * across
    pixels = np.where(first[..., None], colours[0], colours[1]) * light[..., None] * 255
    sprite = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    sprite.putalpha(mask)
    return sprite


def _shelf(things: list[int], sprites: list[Image.Image], dice: np.random.Generator) -> Shelf:
    photo = _wall(dice)
    boxes = []
    for cell, thing in enumerate(things):
        view = sprites[thing].rotate(dice.uniform(-12, 12), Image.Resampling.BILINEAR, expand=True)
        side = int(dice.integers(90, 141))
        view = view.resize((side, side), Image.Resampling.BILINEAR)
        left = cell % COLUMNS * _CELL[0] + int(dice.integers(_CELL[0] - side + 1))
        top = cell // COLUMNS * _CELL[1] + _CELL[1] - 6 - side + int(dice.integers(4))
        photo.paste(view, (left, max(0, top)), view)
        x, y, right, bottom = view.getbbox() or (0, 0, side, side)
        boxes.append(Box(left + x, max(0, top) + y, right - x, bottom - y))
    stream = io.BytesIO()
    photo.save(stream, "JPEG", quality=75)
    return Shelf(stream.getvalue(), tuple(things), tuple(boxes))


def _wall(dice: np.random.Generator) -> Image.Image:
    """A blotched wall with boards for the things to stand on."""
    tint = dice.uniform(90, 230) * dice.uniform(0.85, 1, 3)
    blotches = (tint * dice.uniform(0.75, 1.1, (6, 8, 1))).clip(0, 255).astype(np.uint8)
    wall = Image.fromarray(blotches).resize(SIZE, Image.Resampling.BICUBIC)
    drawing = ImageDraw.Draw(wall)
    for row in range(1, ROWS + 1):
        drawing.rectangle((0, row * _CELL[1] - 8, SIZE[0], row * _CELL[1]), fill=(92, 64, 42))
    return wall
