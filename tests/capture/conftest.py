"""Photos made on the spot."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """96 x 64, smooth, with four different corners: red, green, blue, grey."""
    corners = np.array([[[220, 30, 30], [30, 200, 40]], [[40, 60, 210], [128, 128, 128]]], dtype=np.uint8)
    return Image.fromarray(corners).resize((96, 64), Image.Resampling.BILINEAR)


@pytest.fixture(scope="session")
def encode() -> Encode:
    def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
        stream = io.BytesIO()
        image.save(stream, kind, **options)
        return stream.getvalue()

    return encoded


@pytest.fixture(scope="session")
def exif_of() -> Callable[..., bytes]:
    """``exif_of(FNumber=8.0, Model="R5")``: EXIF bytes with these tags where cameras put them."""

    def written(**values: object) -> bytes:
        exif = Image.Exif()
        inner: Mapping[int, object] = exif.get_ifd(ExifTags.IFD.Exif)
        for name, value in values.items():
            place = exif if name in ("Make", "Model", "Orientation") else inner
            place[ExifTags.Base[name]] = IFDRational(value) if isinstance(value, float) else value
        return exif.tobytes()

    return written
