"""Walk through the parts of JPEG and PNG files, strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator

JPEG_START = b"\xff\xd8"
PNG_START = b"\x89PNG\r\n\x1a\n"
START_OF_FRAME = {0xC0, 0xC1, 0xC2}
"""JPEG markers of baseline, extended and progressive frames; the others are hardly ever met."""
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
            frame = next(payload for marker, payload in jpeg_segments(data) if marker in START_OF_FRAME)
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
    except (NotUnderstood, StopIteration):
        return None
    return None


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and payload of every segment up to the end marker, which must end the file."""
    position, in_scan = 2, False
    while True:
        # Between the first segments nothing may stand; inside a scan entropy-coded bytes do.
        found = (_JPEG_NEXT_MARKER.search if in_scan else _JPEG_SEGMENT.match)(data, position)
        if not found:
            raise NotUnderstood
        marker = found[1][0]
        if marker == 0xD9:
            if found.end() != len(data):
                raise NotUnderstood
            return
        start = found.end() + 2
        position = found.end() + int.from_bytes(data[found.end() : start], "big")
        if not start <= position <= len(data):
            raise NotUnderstood
        in_scan = marker == 0xDA
        if not in_scan:
            yield marker, data[start:position]


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
