"""Pictures of recurrence groups for a person to judge by eye."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from curate.records import Box

_CELL = 320  # pixels; four columns are as wide as a laptop's window
_SMALL = 132
_COLUMNS = 4
_GAP = 24
_PAPER, _MAT = "#f6f5f2", "#e7e5e0"
_INK, _GREY, _MARK = "#22211f", "#75726b", "#d9480f"
_SYSTEM_FONTS = ("NotoSansCJK-Regular.ttc", "Arial Unicode.ttf", "DejaVuSans.ttf", "Arial.ttf")
_CONTEXT = 0.06
"""Share of the box's longer side shown around a crop, so that its outline is seen."""


@dataclass(frozen=True, slots=True)
class SheetTile:
    """One view, small enough to keep hundreds of them."""

    crop: Image.Image
    """At most 320 x 320 pixels."""
    photo: Image.Image
    """The whole photo with the box drawn, at most 320 x 320 pixels."""
    name: str
    note: str
    """Such as ``anchor`` or ``0.61 to anchor``."""


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """One recurrence group."""

    title: str
    note: str
    tiles: Sequence[SheetTile]


def sheet_tile(photo: NDArray[np.uint8], box: Box, name: str, note: str) -> SheetTile:
    """Shrink a photo, uint8 [height, width, 3] upright, and its box (pixels) to what a sheet shows."""
    picture = Image.fromarray(photo)
    margin = _CONTEXT * max(box.width, box.height)
    frame = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
    seen = frame.clipped(*picture.size) or Box(0, 0, *picture.size)
    left, top = int(seen.x), int(seen.y)
    crop = picture.crop((left, top, max(round(seen.right), left + 1), max(round(seen.bottom), top + 1)))
    small = ImageOps.contain(picture, (_CELL, _CELL))
    scale = small.width / picture.width
    corners = [value * scale for value in (box.x, box.y, box.right, box.bottom)]
    ImageDraw.Draw(small).rectangle(corners, outline=_MARK, width=3)
    return SheetTile(ImageOps.contain(crop, (_CELL, _CELL)), small, name, note)


def contact_sheet(group: SheetGroup) -> Image.Image:
    """One group: each view's crop large, below it the photo it is from. RGB, 1400 pixels wide."""
    rows = [group.tiles[start : start + _COLUMNS] for start in range(0, len(group.tiles), _COLUMNS)]
    head, row_height = 104, 2 * _CELL + 76 + _GAP
    sheet = Image.new("RGB", (_width(_COLUMNS, _CELL), head + row_height * len(rows) + _GAP // 2), _PAPER)
    _write(sheet, (_GAP, 24), group.title, 28, _INK, sheet.width - 2 * _GAP)
    _write(sheet, (_GAP, 64), group.note, 17, _GREY, sheet.width - 2 * _GAP)
    for index, tile in enumerate(group.tiles):
        row, column = divmod(index, _COLUMNS)
        x, y = _GAP + column * (_CELL + _GAP), head + row * row_height
        _place(sheet, tile.crop, (x, y), _CELL, mat=True)
        _write(sheet, (x, y + _CELL + 10), tile.note, 18, _INK, _CELL)
        _write(sheet, (x, y + _CELL + 36), tile.name, 14, _GREY, _CELL)
        _place(sheet, tile.photo, (x, y + _CELL + 64), _CELL, mat=False)
    return sheet


def overview_sheet(title: str, groups: Sequence[SheetGroup], most: int = 8) -> Image.Image:
    """All groups, one row each with its first ``most`` crops. RGB."""
    head, row_height, text_width = 84, _SMALL + _GAP, 340
    width = _width(most, _SMALL) + text_width + _GAP
    sheet = Image.new("RGB", (width, head + row_height * len(groups) + _GAP // 2), _PAPER)
    _write(sheet, (_GAP, 24), title, 26, _INK, width - 2 * _GAP)
    for row, group in enumerate(groups):
        y = head + row * row_height
        _write(sheet, (_GAP, y + 8), group.title, 19, _INK, text_width)
        _write(sheet, (_GAP, y + 38), group.note, 14, _GREY, text_width)
        if len(group.tiles) > most:
            more = f"{len(group.tiles) - most} more views not shown"
            _write(sheet, (_GAP, y + 62), more, 14, _GREY, text_width)
        for column, tile in enumerate(group.tiles[:most]):
            x = _GAP + text_width + _GAP + column * (_SMALL + _GAP)
            _place(sheet, tile.crop, (x, y), _SMALL, mat=True)
    return sheet


def _width(columns: int, cell: int) -> int:
    return columns * (cell + _GAP) + _GAP


def _place(sheet: Image.Image, picture: Image.Image, at: tuple[int, int], cell: int, *, mat: bool) -> None:
    """Put a picture into a square cell: in the middle of a mat, or in the upper left corner without one."""
    fitted = ImageOps.contain(picture, (cell, cell))
    x, y = at
    if mat:
        x += (cell - fitted.width) // 2
        ImageDraw.Draw(sheet).rectangle((*at, at[0] + cell - 1, at[1] + cell - 1), fill=_MAT)
        y += (cell - fitted.height) // 2
    sheet.paste(fitted, (x, y))


def _write(sheet: Image.Image, at: tuple[int, int], text: str, size: int, ink: str, width: int) -> None:
    """One line of text, shortened in the middle to ``width`` pixels: both ends of a file name tell."""
    # A name with bytes that are not UTF-8 holds lone surrogates, which no font can draw.
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    font = _font(size, line.isascii())
    kept = len(line)
    shown = line
    while kept > 1 and font.getlength(shown) > width:
        kept -= 1
        shown = f"{line[: (kept + 1) // 2]}...{line[len(line) - kept // 2 :]}"
    ImageDraw.Draw(sheet).text(at, shown, fill=ink, font=font)


@lru_cache
def _font(size: int, is_ascii: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, which has ASCII only, or for other letters a font of the system if there is one."""
    for name in () if is_ascii else _SYSTEM_FONTS:
        with suppress(OSError):
            return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)
