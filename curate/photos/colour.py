"""Bring any Pillow mode and colour profile to 8-bit sRGB."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import BITSPERSAMPLE

from curate.errors import PhotoError

_SRGB = ImageCms.createProfile("sRGB")
_PROFILED_MODES = ("L", "RGB", "CMYK")
_WITHOUT_ALPHA = {"1": "L", "I;16": "L", "I;16B": "L", "LA": "L", "La": "L", "CMYK": "CMYK", "L": "L"}
"""The mode ``without_alpha`` leads to; RGB for all others."""


def without_alpha(image: Image.Image) -> Image.Image:
    """The same picture on white, 8 bits per channel, in a mode that can be resized smoothly.

    Returns a loaded image in mode L, RGB, CMYK, YCbCr or LAB, still in the colours of its own profile.

    Raises:
        PhotoError: 32-bit integer or float pixels, which have no agreed white.
    """
    if image.mode in ("I", "F"):
        raise PhotoError("The photo has 32-bit pixels without an agreed white: save it with 8 or 16 bits.")
    if image.mode.startswith("I;16"):
        return _eight_bits(image)
    if image.has_transparency_data:
        return _on_white(image.convert("LA" if image.mode in ("1", "L", "La") else "RGBA"))
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGB") if image.mode in ("P", "RGBX") else image


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Mode RGB in sRGB; ``profile`` is the ICC profile of the file.

    A profile that is broken or made for another kind of pixels is ignored, as viewers do: the
    pixels are then taken as sRGB already.
    """
    if image.mode == "LAB":
        profile = _lab_profile()
    elif image.mode not in _PROFILED_MODES:
        image = image.convert("RGB")
    transform = _transform(profile, image.mode) if profile else None
    if transform is None:
        return image.convert("RGB")
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # None only for inPlace=True
    return converted


def needs_conversion(image: Image.Image, profile: bytes | None) -> bool:
    """True if ``profile`` makes this image look different from plain sRGB."""
    return profile is not None and _transform(profile, _WITHOUT_ALPHA.get(image.mode, "RGB")) is not None


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey [0, 65535] to L; Pillow's own conversion clips at 255 instead of scaling."""
    depth = getattr(image, "tag_v2", {}).get(BITSPERSAMPLE, (16,))[0]  # TIFF: 12 bits also come as I;16
    return Image.fromarray((np.asarray(image) >> (depth - 8)).astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    colour = image.convert(image.mode.removesuffix("A"))
    white = Image.new(colour.mode, colour.size, "white")
    white.paste(colour, mask=image.getchannel("A"))
    return white


@lru_cache(maxsize=1)
def _lab_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


@lru_cache(maxsize=16)  # a camera writes the same profile into every photo
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way to sRGB, or None if there is nothing to do or nothing that can be done."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, _SRGB, mode, "RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """True for sRGB under any name: no colour of a 9 x 9 x 9 grid moves by more than one level.

    Converting costs more than decoding does (12 megapixels: .2 s), and most profiles are sRGB.
    """
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    converted = np.asarray(ImageCms.applyTransform(Image.fromarray(grid), transform))
    return bool(np.abs(converted.astype(np.int16) - grid).max() <= 1)
