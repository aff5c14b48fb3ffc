"""The pixel rule: which photos may be exported as their own bytes.

A photo keeps its bytes only if every part of the file is understood here and none of it says where the
photo was taken. What cannot be read (maker notes, Photoshop blocks, extended XMP, data after the end) counts
as location data: cameras do hide places there, and a needless re-encoding costs nothing but disk space.
"""

from __future__ import annotations

import re
import zlib
from typing import Literal

from PIL import ExifTags, Image

from curate.exporters.file_structure import (
    JPEG_START,
    PNG_START,
    START_OF_FRAME,
    NotUnderstood,
    jpeg_segments,
    png_chunks,
)
from curate.photos.colour import needs_conversion

NOT_EXPORTED = "is not as pictures are exported: upright, without places and without data that is no pixels"
"""What is wrong with a picture whose ``exported_suffix`` is not its own."""
_PLACE_WORDS = re.compile(rb"gps|geo:|latitude|longitude|location|city|country|province|:state")
# Tags whose content is a format of its own: GPS, maker note, XMP, IPTC, Photoshop.
_OPAQUE_TAGS = (0x8825, 0x927C, 0x02BC, 0x83BB, 0x8649)
_TABLES = {0xC4, 0xDB, 0xDD}  # DHT, DQT, DRI
_BARE = frozenset({b"IHDR", b"sRGB", b"IDAT", b"IEND"})
_ANY_RGB = Image.new("RGB", (1, 1))
_PROFILE_LIMIT = 4 << 20


def own_suffix(data: bytes) -> str | None:
    """``.jpg`` or ``.png`` if the photo may leave as it is, None if it has to be decoded and written anew.

    True for upright 8-bit three-channel sRGB without location data. The pixels themselves are not decoded.
    """
    try:
        if data.startswith(JPEG_START):
            return ".jpg" if _plain_jpeg(data) else None
        if data.startswith(PNG_START):
            return ".png" if _plain_png(data) else None
    except NotUnderstood:
        return None
    return None


def exported_suffix(data: bytes) -> str | None:
    """``.jpg`` or ``.png`` if exports hold such pictures: photos as they are, or PNGs of pixels alone."""
    return own_suffix(data) or (".png" if _bare_png(data) else None)


def _bare_png(data: bytes) -> bool:
    try:
        return data.startswith(PNG_START) and _BARE.issuperset(name for name, _ in png_chunks(data))
    except NotUnderstood:
        return False


def _plain_jpeg(data: bytes) -> bool:
    profile: dict[bytes, bytes] = {}
    three_channels = False
    for marker, payload in jpeg_segments(data):
        if marker in START_OF_FRAME:
            three_channels = payload[:1] == b"\x08" and payload[5:6] == b"\x03"
        elif marker == 0xE1 and payload.startswith(b"Exif\0\0"):
            _check_exif(payload[6:])
        elif marker == 0xE1 and payload.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            _check_words(payload)
        elif marker == 0xE2 and payload.startswith(b"ICC_PROFILE\0"):
            profile[payload[12:13]] = payload[14:]
        elif marker == 0xFE:
            _check_words(payload)
        elif not (
            marker in _TABLES
            or (marker == 0xE0 and payload.startswith(b"JFIF\0"))
            or (marker == 0xEE and payload.startswith(b"Adobe"))
        ):
            return False
    icc = b"".join(profile[number] for number in sorted(profile))
    return three_channels and (not icc or _is_srgb(icc))


def _plain_png(data: bytes) -> bool:
    three_channels = colour_is_known = gamma = False
    for name, payload in png_chunks(data):
        if name == b"IHDR":
            three_channels = payload[8:10] == b"\x08\x02"
        elif name == b"sRGB":
            colour_is_known = True
        elif name == b"iCCP":
            _, _, packed = payload.partition(b"\0")
            colour_is_known = _is_srgb(_inflated(packed[1:]))
            if not colour_is_known:
                return False
        elif name in {b"gAMA", b"cHRM"}:
            gamma = True
        elif name == b"eXIf":
            _check_exif(payload)
        elif name == b"tEXt" and not payload.startswith(b"Raw profile"):
            _check_words(payload)
        elif name not in {b"IDAT", b"IEND", b"pHYs", b"tIME"}:
            return False
    return three_channels and (colour_is_known or not gamma)


def _check_exif(exif: bytes) -> None:
    _check_words(exif)
    if exif[:2] not in {b"II", b"MM"}:
        raise NotUnderstood
    order: Literal["little", "big"] = "little" if exif[:2] == b"II" else "big"
    # The bytes are searched, not the parsed tags: a broken directory hides a tag from a parser. An entry is
    # the tag and a type from 1 to 13, two bytes each.
    for tag in _OPAQUE_TAGS:
        start = exif.find(tag.to_bytes(2, order))
        while start >= 0:
            if 1 <= int.from_bytes(exif[start + 2 : start + 4], order) <= 13:
                raise NotUnderstood
            start = exif.find(tag.to_bytes(2, order), start + 1)
    tags = Image.Exif()
    try:
        tags.load(exif)
    except (SyntaxError, ValueError, KeyError, TypeError, EOFError, OSError) as error:
        raise NotUnderstood from error
    if tags.get(ExifTags.Base.Orientation, 1) != 1:
        raise NotUnderstood


def _check_words(text: bytes) -> None:
    """Refuse text that names a place; zero bytes go first because Windows tags are UTF-16."""
    if _PLACE_WORDS.search(text.replace(b"\0", b"").lower()):
        raise NotUnderstood


def _inflated(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed, _PROFILE_LIMIT)
    except zlib.error as error:
        raise NotUnderstood from error
    if not unpacker.eof:
        raise NotUnderstood
    return profile


def _is_srgb(icc: bytes) -> bool:
    """By the rule that decoding follows, so that own bytes and decoded pixels never differ."""
    return not needs_conversion(_ANY_RGB, icc)
