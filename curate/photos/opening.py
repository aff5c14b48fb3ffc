"""Bytes to an opened photo: known by content, never by name, and refused before it can do harm.

Every way in which bytes can fail to be a photo ends as a ``PhotoError``.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from curate.errors import PhotoError, PhotoSetupError
from curate.photos.raw import RawImage
from curate.photos.raw_exif import RAW_FORMATS, raw_format

DEFAULT_MAX_PIXELS = 200_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "HEIF", "AVIF")

# The limit is checked by open_photo for each call; Pillow's own is one number for the whole process.
Image.MAX_IMAGE_PIXELS = None
# An embedded preview must never stand in for the photo.
pillow_heif.register_heif_opener(thumbnails=False)
# Pillow warns on stderr about each broken EXIF tag; broken EXIF is an expected input here.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


@dataclass(frozen=True, slots=True)
class OpenPhoto:
    """A photo whose header was read and whose size is allowed; its pixels are not decoded yet.

    Except for a PNG without EXIF before its pixels: those are decoded to look for it behind them.
    """

    image: Image.Image
    format: str
    """One of ``FORMATS`` or ``RAW_FORMATS``."""
    mode: str
    """Pillow mode of the stored pixels; ``;16`` is appended where Pillow reads 16 bits as 8."""
    orientation: int
    """EXIF orientation 1..8 as stored; 1 if absent or broken."""


def open_photo(data: bytes, max_pixels: int = DEFAULT_MAX_PIXELS) -> OpenPhoto:
    """Read the header and refuse what is no photo or too large, before any pixel is decoded."""
    if not data:
        raise PhotoError("The file is empty (0 bytes): replace it with the original photo.")
    image = _opened(data)
    width, height = image.size
    if width * height > max_pixels:
        raise PhotoSetupError(
            f"The photo has {width} x {height} pixels, over the limit of {max_pixels / 1e6:g} megapixels: "
            "set CURATE_MAX_PIXELS higher if it is meant to be this large."
        )
    kind = "JPEG" if image.format == "MPO" else str(image.format)  # MPO: JPEGs of several lenses in a row
    mode = _stored_mode(image)
    if kind == "PNG" and "exif" not in image.info:
        with damage_of(kind):
            image.load()
    return OpenPhoto(image, kind, mode, _orientation(image))


def _opened(data: bytes) -> Image.Image:
    raw = raw_format(data)
    if raw:
        with damage_of(raw):
            return RawImage(data, raw)
    kinds = _sniff(data)
    with damage_of(kinds[0]):
        return Image.open(io.BytesIO(data), formats=kinds)


@contextmanager
def damage_of(kind: str) -> Iterator[None]:
    """Turn whatever the decoders raise on hostile bytes into a ``PhotoError`` with its cause.

    Pillow and its plugins raise a dozen unrelated classes there (OSError, SyntaxError, struct.error,
    ValueError, EOFError, IndexError, ...), so the net is wide on purpose.
    """
    try:
        yield
    except PhotoError:
        raise
    except MemoryError as error:
        raise PhotoSetupError(
            "There is no memory left to decode the photo: set CURATE_WORKERS lower."
        ) from error
    except UnidentifiedImageError as error:  # its own text is an address in memory
        raise PhotoError(
            f"The {kind} header is damaged or cut short: copy the original file again."
        ) from error
    except Exception as error:
        what = "cut short" if "truncated" in str(error).lower() else "damaged"
        raise PhotoError(f"The {kind} data is {what} ({error}): copy the original file again.") from error


def _sniff(data: bytes) -> list[str]:
    """The formats whose signature the bytes carry; HEIF and AVIF share one of theirs."""
    Image.init()
    accepts = {name: Image.OPEN[name][1] for name in FORMATS}
    kinds = [name for name, accept in accepts.items() if accept and accept(data[:32]) is True]
    if kinds:
        return kinds
    if _is_text(data[:512]):
        raise PhotoError("The file holds text, not pixels: replace it with the photo it is named after.")
    readable = ", ".join(FORMATS + RAW_FORMATS[:-1])
    raise PhotoError(f"The file is in no format that can be read: convert it to one of {readable}.")


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="ignore")  # a character may be cut at the end
    return len(text.encode()) > len(head) - 4 and all(c.isprintable() or c.isspace() for c in text)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation. The HEIF reader keeps it apart: HEIF turns pixels by a property of its own."""
    stored = image.info.get("original_orientation")
    try:
        stored = stored or image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # Pillow raises many classes on broken EXIF, and broken EXIF counts as none
        return 1
    return stored if isinstance(stored, int) and stored in range(1, 9) else 1


def _stored_mode(image: Image.Image) -> str:
    tiles = getattr(image, "tile", None)
    raw = str(tiles[0].args) if tiles else ""
    return f"{image.mode};16" if ";16" in raw and ";16" not in image.mode else image.mode
