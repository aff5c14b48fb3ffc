"""Photos made on the spot."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pillow_heif
import pytest
from PIL import Image

pillow_heif.register_heif_opener(thumbnails=False)

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """96 x 64, smooth, with four different corners: red, green, blue, grey."""
    corners = np.array([[[220, 30, 30], [30, 200, 40]], [[40, 60, 210], [128, 128, 128]]], dtype=np.uint8)
    return Image.fromarray(corners).resize((96, 64), Image.Resampling.BICUBIC)


@pytest.fixture(scope="session")
def encode() -> Encode:
    def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
        stream = io.BytesIO()
        image.save(stream, kind, **options)
        return stream.getvalue()

    return encoded
