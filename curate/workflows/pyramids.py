"""A picture at every zoom of a screen: levels that are halved again and again, cut into tiles.

Level 0 is the picture itself; a pixel of level n is the mean of 2^n x 2^n of its pixels (of fewer at the
right and lower edge), so that two pictures that are equal somewhere are equal there on every level.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.errors import NotFoundError
from curate.records import Box

TILE = 512
"""Pixels, width and height of a tile; those at the right and lower edge are smaller."""
RGB = NDArray[np.uint8]
"""uint8 [height, width, 3]."""


class Level(NamedTuple):
    """The tiles of one level that a pyramid has, in one piece."""

    first_column: int
    first_row: int
    pixels: RGB

    def tile(self, column: int, row: int) -> RGB | None:
        left, top = (column - self.first_column) * TILE, (row - self.first_row) * TILE
        if left < 0 or top < 0:
            return None
        part = self.pixels[top : top + TILE, left : left + TILE]
        return part if part.size else None


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """A picture, or those tiles of it that touch a part."""

    levels: tuple[Level, ...]
    """From the picture's own size to the first that fits into one tile."""

    @property
    def nbytes(self) -> int:
        return sum(level.pixels.nbytes for level in self.levels)

    def part(self, part: Box) -> RGB:
        """Pixels of level 0 inside a part that the pyramid has, whole pixels."""
        whole = self.levels[0]
        left, top = int(part.x) - TILE * whole.first_column, int(part.y) - TILE * whole.first_row
        return whole.pixels[top : top + int(part.height), left : left + int(part.width)]

    def tile(self, level: int, column: int, row: int) -> RGB:
        """One tile, uint8 [at most TILE, at most TILE, 3].

        Raises:
            NotFoundError: there is none there.
        """
        found = self.levels[level].tile(column, row) if level < len(self.levels) else None
        if found is None:
            raise NotFoundError("There is no such tile.")
        return found


def cut(picture: RGB, part: Box) -> RGB:
    """The pixels of a picture inside a part of it, whole pixels; a view."""
    return picture[int(part.y) : int(part.bottom), int(part.x) : int(part.right)]


def pyramid(picture: RGB, part: Box | None = None) -> Pyramid:
    """All tiles of a picture, uint8 [height, width, 3], or those that touch a part of it, whole pixels."""
    levels: list[Level] = []
    while True:
        levels.append(_level(picture, part, 2 ** len(levels)))
        if max(picture.shape[:2]) <= TILE:
            return Pyramid(tuple(levels))
        picture = _halved(picture)


def _level(picture: RGB, part: Box | None, scale: int) -> Level:
    if part is None:
        return Level(0, 0, picture)
    side = scale * TILE
    left, top = int(part.x) // side, int(part.y) // side
    right, bottom = -(-int(part.right) // side), -(-int(part.bottom) // side)
    # A copy: a view would keep the whole picture in memory.
    return Level(left, top, picture[top * TILE : bottom * TILE, left * TILE : right * TILE].copy())


def _halved(picture: RGB) -> RGB:
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        picture = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    size = (-(-width // 2), -(-height // 2))
    half: RGB = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return half


class RecentPyramids:
    """Those that were looked at last, up to some bytes of them. Safe to use from many threads."""

    def __init__(self, limit: int, in_turn: Callable[[Callable[[], Pyramid]], Future[Pyramid]]) -> None:
        self._limit = limit
        self._in_turn = in_turn
        self._found: OrderedDict[str, Future[Pyramid]] = OrderedDict()
        self._looking = threading.Lock()

    def get(self, name: str, make: Callable[[], Pyramid]) -> Pyramid:
        """The pyramid called ``name``, made in its turn if it is not here; an error is not remembered."""
        with self._looking:
            making = self._found.get(name)
            if making is None:
                making = self._found[name] = self._in_turn(make)
            self._found.move_to_end(name)
        try:
            found = making.result()
        except BaseException:
            with self._looking:
                if self._found.get(name) is making:
                    del self._found[name]
            raise
        self._forget_oldest(name)
        return found

    def _forget_oldest(self, but: str) -> None:
        with self._looking:
            done = {
                name: making.result().nbytes
                for name, making in self._found.items()
                if making.done() and making.exception() is None
            }
            excess = sum(done.values()) - self._limit
            for name, size in done.items():
                if excess > 0 and name != but:
                    del self._found[name]
                    excess -= size
