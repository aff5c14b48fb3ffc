"""Which RAW format some bytes are, and their EXIF. Needs no RAW library.

CR2, NEF, ARW and DNG are TIFF files; RAF and CR3 are containers with EXIF of the usual kind inside.
"""

from __future__ import annotations

import io
import re

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import PHOTOMETRIC_INTERPRETATION, ImageFileDirectory_v2

RAW_FORMATS = ("CR2", "CR3", "NEF", "ARW", "RAF", "DNG", "RAW")
"""``RAW`` is a TIFF of sensor pixels by any other maker."""

_TIFF_STARTS = (b"II*\0", b"MM\0*")
_RAF_START = b"FUJIFILMCCD-RAW "
_RAF_PREVIEW = slice(84, 92)
"""Offset and length of the JPEG that holds a RAF's EXIF, two big-endian numbers."""
_SUB_DIRECTORIES, _DNG_VERSION, _MAKE = 330, 50706, 271
_SENSOR_PIXELS = (32803, 34892)
"""Photometric interpretations of a colour filter array and of linear RAW: no rendered TIFF has them."""
_RAW_OF_MAKE = {"NIKON": "NEF", "SONY": "ARW"}


def raw_format(data: bytes) -> str | None:
    """One of ``RAW_FORMATS`` if the bytes are camera RAW, else None. A rendered TIFF is not RAW."""
    if data.startswith(_RAF_START):
        return "RAF"
    if data[4:12] == b"ftypcrx ":
        return "CR3"
    if not data.startswith(_TIFF_STARTS):
        return None
    return "CR2" if data[8:10] == b"CR" else _tiff_raw(data)


def raw_exif(data: bytes, kind: str) -> Image.Exif:
    """EXIF as Pillow gives it for other photos; what is broken or missing is left out."""
    exif = Image.Exif()
    if kind == "CR3":
        exif.load(_cr3_box(data, b"CMT1"))
        for ifd, box in ((ExifTags.IFD.Exif, b"CMT2"), (ExifTags.IFD.GPSInfo, b"CMT4")):
            part = Image.Exif()
            part.load(_cr3_box(data, box))
            exif.get_ifd(ifd).update(part)
    elif kind == "RAF":
        start, length = (int.from_bytes(data[_RAF_PREVIEW][at : at + 4], "big") for at in (0, 4))
        with Image.open(io.BytesIO(data[start : start + length]), formats=["JPEG"]) as preview:
            return preview.getexif()
    else:
        exif.load(data)
    return exif


def _cr3_box(data: bytes, name: bytes) -> bytes:
    """Content of the first box of this name, empty if there is none; its size stands before the name."""
    found = re.search(name, data)
    if found is None:
        return b""
    size = int.from_bytes(data[found.start() - 4 : found.start()], "big")
    return data[found.end() : found.start() - 4 + size]


def _tiff_raw(data: bytes) -> str | None:
    try:
        main = _directory(data, int.from_bytes(data[4:8], "little" if data[:1] == b"I" else "big"))
        parts = [main, *(_directory(data, offset) for offset in main.get(_SUB_DIRECTORIES, ()))]
        is_raw = any(part.get(PHOTOMETRIC_INTERPRETATION) in _SENSOR_PIXELS for part in parts)
    except Exception:  # Pillow raises many classes on broken TIFF, which the TIFF reader will complain of
        return None
    return _kind(main) if is_raw else None


def _kind(main: ImageFileDirectory_v2) -> str:
    if _DNG_VERSION in main:
        return "DNG"
    make = str(main.get(_MAKE, "")).upper()
    return next((kind for name, kind in _RAW_OF_MAKE.items() if make.startswith(name)), "RAW")


def _directory(data: bytes, offset: int) -> ImageFileDirectory_v2:
    directory = ImageFileDirectory_v2(data[:8])
    file = io.BytesIO(data)
    file.seek(offset)
    directory.load(file)
    return directory
