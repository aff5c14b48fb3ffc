"""A small DNG, written by hand: a scene seen through a Bayer filter."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

WHITE = 16383
_NEUTRAL = (0.5, 1.0, 0.625)
"""What a grey card gives in red, green and blue: the camera's noted white balance."""
_XYZ_TO_CAMERA = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)  # of sRGB
_TYPES = {"byte": 1, "ascii": 2, "short": 3, "long": 4, "rational": 5, "srational": 10}


def dng(
    scene: NDArray[np.uint8],
    *,
    orientation: int = 1,
    iso: int = 200,
    make: str = "Recurate",
    version: bool = True,
    noted: tuple[float, ...] = _NEUTRAL,
) -> bytes:
    """DNG of an sRGB scene, uint8 [height, width, 3], even sizes; LibRaw takes at least 22 x 22 pixels.

    ``noted`` is the white balance the file says it was taken with: it changes no sensor pixel. Without
    ``version`` it is a TIFF of sensor pixels, as other makers write.
    """
    tags = ImageFileDirectory_v2(b"II*\0\0\0\0\0")
    entries: dict[int, tuple[str, object]] = {
        271: ("ascii", make),
        272: ("ascii", "Pinhole"),
        274: ("short", orientation),
        33421: ("short", (2, 2)),  # CFARepeatPatternDim
        33422: ("byte", bytes([0, 1, 1, 2])),  # CFAPattern: red green, green blue
        50706: ("byte", bytes([1, 4, 0, 0])),  # DNGVersion
        50708: ("ascii", "Recurate Pinhole"),
        50717: ("long", WHITE),  # WhiteLevel
        50721: ("srational", tuple(IFDRational(round(value * 10000), 10000) for value in _XYZ_TO_CAMERA)),
        50728: ("rational", tuple(IFDRational(round(value * 1000), 1000) for value in noted)),
        50778: ("short", 21),  # CalibrationIlluminant1: D65
    }
    if not version:
        del entries[50706]
    for tag, (kind, value) in entries.items():
        tags.tagtype[tag] = _TYPES[kind]
        tags[tag] = value
    tags[ExifTags.IFD.Exif] = {
        ExifTags.Base.ISOSpeedRatings: iso,
        ExifTags.Base.ExposureTime: IFDRational(1, 125),
        ExifTags.Base.FNumber: IFDRational(8, 1),
        ExifTags.Base.FocalLength: IFDRational(35, 1),
    }
    stream = io.BytesIO()
    Image.fromarray(_mosaic(scene)).save(stream, "TIFF", tiffinfo=tags)
    # Pillow writes "black is zero"; a sensor's pixels are called 32803.
    grey, filtered = struct.pack("<HHIHH", 262, 3, 1, 1, 0), struct.pack("<HHIHH", 262, 3, 1, 32803, 0)
    written = stream.getvalue()
    assert written.count(grey) == 1
    return written.replace(grey, filtered)


def _mosaic(scene: NDArray[np.uint8]) -> NDArray[np.uint16]:
    coded = scene / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    camera = np.round(linear * np.array(_NEUTRAL) * WHITE).astype(np.uint16)
    mosaic = camera[..., 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = camera[::2, ::2, 0], camera[1::2, 1::2, 2]
    return mosaic
