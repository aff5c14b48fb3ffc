"""Walk through the parts of JPEG and PNG files, strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

JPEG_START = b"\xff\xd8"
PNG_START = b"\x89PNG\r\n\x1a\n"
START_OF_FRAME = {0xC0, 0xC1, 0xC2}
"""JPEG markers of baseline, extended and progressive frames; the others are hardly ever met."""
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_JPEG_SEGMENT = re.compile(rb"\xff+([^\x00\xff])")
_JPEG_NEXT_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")


class NotUnderstood(Exception):
    """A part of the file that is not plainly what it should be."""


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a JPEG or PNG as its header states them, None if there is none.

    Not Pillow's, which refuses to open pictures above a limit that is global to the process.
    """
    try:
        if data.startswith(PNG_START):
            _, header = next(png_chunks(data))
            return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
        if data.startswith(JPEG_START):
            frame = next(each.payload for each in jpeg_segments(data) if each.marker in START_OF_FRAME)
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
    except (NotUnderstood, StopIteration):
        return None
    return None


class Segment(NamedTuple):
    """One part of a JPEG."""

    marker: int
    payload: bytes
    scan: bytes = b""
    """The entropy-coded pixels that follow."""

    @property
    def data(self) -> bytes:
        """Its bytes in a file."""
        length = (len(self.payload) + 2).to_bytes(2, "big")
        return b"".join([b"\xff", bytes([self.marker]), length, self.payload, self.scan])


def jpeg_segments(data: bytes) -> Iterator[Segment]:
    """Every segment up to the end marker, which must be there; what lies behind it is no part of the picture.

    Raises:
        NotUnderstood: the file is cut short, or something stands between two segments.
    """
    position = 2
    while (found := _JPEG_SEGMENT.match(data, position)) and found[1][0] != _JPEG_END:
        start = found.end() + 2
        end = position = found.end() + int.from_bytes(data[found.end() : start], "big")
        if not start <= end <= len(data):
            raise NotUnderstood
        if found[1][0] == _JPEG_SCAN:
            following = _JPEG_NEXT_MARKER.search(data, end)
            position = following.start() if following else len(data)
        yield Segment(found[1][0], data[start:end], data[end:position])
    if not found:
        raise NotUnderstood


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and payload of every chunk up to IEND, which must end the file."""
    position = len(PNG_START)
    while position + 12 <= len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        if end > len(data):
            break
        yield name, data[position + 8 : end - 4]
        if name == b"IEND":
            if end != len(data):
                break
            return
        position = end
    raise NotUnderstood
