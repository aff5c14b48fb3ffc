"""The pixel rule: how a photo's bytes leave without what could say where, when or by whom it was taken.

A JPEG of upright 8-bit sRGB keeps its compressed pixels, and everything beside them (EXIF, XMP, IPTC,
profiles, comments, thumbnails, a second picture or film behind the end) is cut out: no name, place or
date has to be recognised for that. A bare PNG stays as it is. All other photos are
decoded and written as PNG.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from curate.exporters.file_structure import (
    JPEG_START,
    PNG_START,
    START_OF_FRAME,
    NotUnderstood,
    Segment,
    jpeg_segments,
    png_chunks,
)
from curate.photos.colour import needs_conversion
from curate.photos.opening import open_photo

NOT_EXPORTED = "is not as pictures are exported: upright, and without metadata beside the pixels"
"""What is wrong with a picture whose ``bare_suffix`` is not its own."""
KEPT_OR_DECODED = (
    "JPEG of upright 8-bit sRGB keep their compressed pixels, and bare PNG their bytes; all else was decoded "
    "once, turned upright, converted to 8-bit sRGB and written as PNG."
)
"""How pictures of whole photos came to be, for dataset cards."""
NOTHING_BESIDE = (
    "No picture carries EXIF, XMP, comments, a thumbnail or other metadata that says where, when, by whom or "
    "with what it was taken. What somebody hid among compressed pixels is not looked for."
)
"""What holds of all pictures that leave, for dataset cards."""
_JFIF, _ADOBE = 0xE0, 0xEE
_TABLES_AND_SCANS = {0xC4, 0xDB, 0xDD, 0xDA}  # DHT, DQT, DRI, SOS
_BESIDE = {*range(0xE0, 0xF0), 0xFE}
"""JPEG markers of what applications add, and of comments."""
_JPEG_END = b"\xff\xd9"
_CHUNKS = {b"IHDR": 13, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32, b"pHYs": 9, b"IDAT": None, b"IEND": 0}
"""Bytes of the PNG chunks that may leave, where they always have as many."""


def bare(data: bytes) -> tuple[bytes, str] | None:
    """The photo without anything beside its pixels, and ``.jpg`` or ``.png``; the pixels are not decoded.

    None if it has to be decoded and written anew: it is turned, not 8-bit sRGB of three channels, no JPEG and
    no bare PNG, or a part of the file is not plainly what it should be.

    Raises:
        PhotoError: It starts as a JPEG and is none.
    """
    try:
        if data.startswith(JPEG_START):
            return (_stripped(data), ".jpg") if _is_upright_srgb(data) else None
        if data.startswith(PNG_START):
            return (data, ".png") if _header_of_bare_png(data)[8:10] == b"\x08\x02" else None
    except NotUnderstood:
        return None
    return None


def bare_suffix(data: bytes) -> str | None:
    """``.jpg`` or ``.png`` if nothing is in the file but pixels, as in all pictures that exports hold."""
    try:
        if data.startswith(JPEG_START):
            return ".jpg" if _stripped(data) == data else None
        if data.startswith(PNG_START):
            return ".png" if _header_of_bare_png(data) else None
    except NotUnderstood:
        return None
    return None


def _is_upright_srgb(data: bytes) -> bool:
    """By the rules that decoding follows, so that what leaves never differs from the decoded pixels."""
    photo = open_photo(data, sys.maxsize)
    foreign = needs_conversion(photo.image, photo.image.info.get("icc_profile"))
    return photo.orientation == 1 and not foreign


def _stripped(jpeg: bytes) -> bytes:
    return b"".join([JPEG_START, *_kept(jpeg), _JPEG_END])


def _kept(jpeg: bytes) -> Iterator[bytes]:
    for segment in jpeg_segments(jpeg):
        marker, payload = segment.marker, segment.payload
        # These two say how three channels are to be read. Decoders look at as many bytes of them.
        if marker == _JFIF and payload.startswith(b"JFIF\0") and len(payload) >= 14:
            yield Segment(marker, payload[:12] + b"\0\0").data  # without a thumbnail
        elif marker == _ADOBE and payload.startswith(b"Adobe") and len(payload) >= 12:
            yield Segment(marker, payload[:12]).data
        elif marker in _TABLES_AND_SCANS or (marker in START_OF_FRAME and _is_8_bit_rgb(payload)):
            yield segment.data
        elif marker not in _BESIDE:
            raise NotUnderstood


def _is_8_bit_rgb(frame: bytes) -> bool:
    return frame[:1] == b"\x08" and frame[5:6] == b"\x03"


def _header_of_bare_png(data: bytes) -> bytes:
    """The payload of IHDR; raises ``NotUnderstood`` if anything but pixels is in the file."""
    chunks = dict.fromkeys(_CHUNKS, b"")
    for name, payload in png_chunks(data):
        if name not in _CHUNKS or _CHUNKS[name] not in (None, len(payload)):
            raise NotUnderstood
        chunks[name] = payload
    if (chunks[b"gAMA"] or chunks[b"cHRM"]) and not chunks[b"sRGB"]:
        raise NotUnderstood  # other colours than sRGB, perhaps
    return chunks[b"IHDR"]
