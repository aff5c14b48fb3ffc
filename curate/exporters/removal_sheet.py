"""One picture per view: the photo, where the object was, and what each remover made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from curate.exporters.pixels import RGB, crop_frame
from curate.photos.lettering import GREY, INK, MAT, PAPER, wrapped, write
from curate.records import Box

_WIDTH, _GAP, _CELL = 1400, 24, 664
_TALLEST = 560
_LINE = 20
_COLOUR = (217, 72, 15)
"""``lettering.MARK`` as numbers."""


@dataclass(frozen=True, slots=True)
class RemovalTile:
    """What one remover made, cut to what the sheet shows."""

    picture: Image.Image
    title: str
    note: str
    numbers: Mapping[str, float | None]
    """By name; those that are not known are left out."""


@dataclass(frozen=True, slots=True)
class RemovalSheet:
    """One view."""

    title: str
    note: str
    photo: Image.Image
    """The whole photo with the object's mask outlined."""
    crop: Image.Image
    """The object with its mask outlined."""
    tiles: Sequence[RemovalTile]


def shown(pixels: RGB, region: Box) -> Image.Image:
    """The part of a photo or output that a sheet shows of one object, at most 664 x 560 pixels."""
    frame = crop_frame(region)
    left, top = int(frame.x), int(frame.y)
    part = pixels[top : top + int(frame.height), left : left + int(frame.width)]
    return ImageOps.contain(Image.fromarray(part), (_CELL, _TALLEST))


def outlined(pixels: RGB, mask: NDArray[np.bool_]) -> RGB:
    """A copy of a photo, uint8 [height, width, 3], with the outline of a mask, bool [height, width]."""
    edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    thick = max(2, round(max(mask.shape) / 600))  # two pixels when the sheet has shrunk it
    drawn: RGB = cv2.drawContours(pixels.copy(), edges, -1, _COLOUR, thick)
    return drawn


def whole(pixels: RGB) -> Image.Image:
    """A whole photo at the size of a sheet's cell."""
    return ImageOps.contain(Image.fromarray(pixels), (_CELL, _TALLEST))


def removal_sheet(sheet: RemovalSheet) -> Image.Image:
    """RGB, 1400 pixels wide: the photo and the object, then the outputs two in a row with their numbers."""
    first = (
        RemovalTile(sheet.photo, "Photo", "", {}),
        RemovalTile(sheet.crop, "Object and mask that was removed", "", {}),
    )
    cells = [*first, *sheet.tiles]
    rows = [cells[start : start + 2] for start in range(0, len(cells), 2)]
    heights = [max(map(_height, row)) for row in rows]
    drawn = Image.new("RGB", (_WIDTH, 100 + sum(heights)), PAPER)
    write(drawn, (_GAP, 22), sheet.title, 26, INK)
    write(drawn, (_GAP, 60), sheet.note, 16, GREY)
    top = 100
    for row, height in zip(rows, heights, strict=True):
        for column, tile in enumerate(row):
            _draw(drawn, tile, (_GAP + column * (_CELL + _GAP), top))
        top += height
    return drawn


def _height(tile: RemovalTile) -> int:
    return 34 + tile.picture.height + 8 + _LINE * len(_lines(tile)) + _GAP


def _draw(sheet: Image.Image, tile: RemovalTile, at: tuple[int, int]) -> None:
    left, top = at
    write(sheet, (left, top), tile.title, 19, INK)
    under = top + 30
    ImageDraw.Draw(sheet).rectangle(
        (left, under, left + _CELL - 1, under + tile.picture.height - 1), fill=MAT
    )
    sheet.paste(tile.picture, (left + (_CELL - tile.picture.width) // 2, under))
    for number, line in enumerate(_lines(tile)):
        write(sheet, (left, under + tile.picture.height + 8 + _LINE * number), line, 15, GREY)


def _lines(tile: RemovalTile) -> list[str]:
    told = (
        f"{name.replace('_', ' ')} {number:.3g}"
        for name, number in tile.numbers.items()
        if number is not None
    )
    return [*wrapped(tile.note, 15, _CELL), *wrapped(",  ".join(told), 15, _CELL)]
