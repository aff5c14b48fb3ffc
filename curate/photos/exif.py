"""EXIF as JSON values that Postgres takes, and whether a file says where it was taken."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PIL import ExifTags, Image

_SUB_IFDS = {ExifTags.IFD.Exif: ExifTags.TAGS, ExifTags.IFD.GPSInfo: ExifTags.GPSTAGS}
_LONGEST_BYTES = 64
"""Longer binary values (maker notes, previews) are left out."""
_LONGEST_TEXT = 2000
_LONGEST_LIST = 64


def exif_as_json(image: Image.Image) -> dict[str, object]:
    """EXIF by tag name: main and Exif tags side by side, GPS tags inside ``GPSInfo``.

    Fractions become floats, short binary values hex; what is broken or not finite is left out.
    """
    tags = _named(_directory(image, None), ExifTags.TAGS)
    for ifd, names in _SUB_IFDS.items():
        tags.pop(ExifTags.TAGS[ifd], None)  # the offset of the directory, not a fact about the photo
        values = _named(_directory(image, ifd), names)
        if ifd is ExifTags.IFD.Exif:
            tags.update(values)
        elif values:
            tags["GPSInfo"] = values
    return tags


def has_location(image: Image.Image, data: bytes, exif: Mapping[str, object]) -> bool:
    """True if EXIF or XMP holds GPS tags; ``data`` are the bytes of the whole file.

    Any GPS tag counts, even one without coordinates: leaving a place out wrongly is the cheap mistake.
    """
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = xmp.encode() if isinstance(xmp, str) else xmp
    return "GPSInfo" in exif or b"GPSLatitude" in packet or b"GPSLatitude" in data


def _directory(image: Image.Image, ifd: int | None) -> Mapping[int, object]:
    try:
        exif = image.getexif()
        return dict(exif) if ifd is None else dict(exif.get_ifd(ifd))
    except Exception:  # Pillow raises many classes on broken EXIF, and broken EXIF counts as none
        return {}


def _named(values: Mapping[int, object], names: Mapping[int, str]) -> dict[str, object]:
    converted = {names.get(tag, f"0x{tag:04x}"): _json(value) for tag, value in values.items()}
    return {name: value for name, value in converted.items() if value is not None}


def _json(value: object) -> object:
    """A value that jsonb stores, None for what it cannot."""
    if isinstance(value, bytes):
        return value.hex() if len(value) <= _LONGEST_BYTES else None
    if isinstance(value, str):  # jsonb refuses NUL and lone surrogates
        return value[:_LONGEST_TEXT].replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value] if len(value) <= _LONGEST_LIST else None
    if isinstance(value, int):
        return int(value)
    try:
        number = float(value)  # type: ignore[arg-type]  # float, or Pillow's IFDRational
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None
