"""Text on pictures that people judge by eye: one look for all of them."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

PAPER, MAT = "#f6f5f2", "#e7e5e0"
INK, GREY, MARK = "#22211f", "#75726b", "#d9480f"
_SYSTEM_FONTS = ("NotoSansCJK-Regular.ttc", "Arial Unicode.ttf", "DejaVuSans.ttf", "Arial.ttf")


def write(sheet: Image.Image, at: tuple[int, int], text: str, size: int, ink: str) -> None:
    """One line of text of ``size`` pixels, its upper left corner at ``at``."""
    line = _drawable(text)
    ImageDraw.Draw(sheet).text(at, line, fill=ink, font=_font(size, line.isascii()))


def write_right(sheet: Image.Image, at: tuple[int, int], text: str, size: int, ink: str) -> None:
    """One line that ends at ``at``, its upper right corner."""
    write(sheet, (at[0] - round(length(text, size)), at[1]), text, size, ink)


def length(text: str, size: int) -> float:
    """Width of one line in pixels."""
    line = _drawable(text)
    return _font(size, line.isascii()).getlength(line)


def wrapped(text: str, size: int, width: int) -> list[str]:
    """The text in lines of at most ``width`` pixels; a longer word stands alone."""
    lines: list[str] = []
    for word in _drawable(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and length(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _drawable(text: str) -> str:
    # A name with bytes that are not UTF-8 holds lone surrogates, which no font can draw.
    return " ".join(text.encode("utf-8", "replace").decode().split())


@lru_cache
def _font(size: int, is_ascii: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, which has ASCII only, or for other letters a font of the system if there is one."""
    for name in () if is_ascii else _SYSTEM_FONTS:
        with suppress(OSError):
            return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)
