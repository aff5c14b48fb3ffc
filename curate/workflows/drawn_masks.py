"""Masks on their way between the store, where they have a photo's full size, and a screen."""

from __future__ import annotations

import io

from PIL import Image

from curate.capture.change_picture import kinds_of
from curate.errors import PhotoError
from curate.photos.opening import damage_of
from curate.workspace import Workspace

SIDE = 1024
"""Longest side of a mask on a screen, pixels; that of the working copy it was measured on."""
_HALF = 128


def shrunk(workspace: Workspace, mask_sha256: str) -> bytes:
    """A stored mask as 8-bit PNG with a longest side of at most ``SIDE``."""
    mask = Image.open(io.BytesIO(workspace.media.get(mask_sha256, ".png"))).convert("L")
    return _png(mask.resize(_on_screen(mask.size), Image.Resampling.BOX))


def regions(workspace: Workspace, change_sha256: str, mask_sha256: str) -> bytes:
    """What changed, as 8-bit PNG of the size that ``shrunk`` gives the mask: see ``kinds_of``.

    Raises:
        PhotoError: an earlier version measured the pair.
    """
    kinds = Image.fromarray(kinds_of(workspace.media.get(change_sha256, ".png")))
    full = Image.open(io.BytesIO(workspace.media.get(mask_sha256, ".png"))).size
    return _png(kinds.resize(_on_screen(full), Image.Resampling.NEAREST))


def enlarged(workspace: Workspace, drawn: bytes, mask_sha256: str) -> bytes:
    """A mask that was drawn on a screen, in the full size of the stored one, 0 or 255.

    Raises:
        PhotoError: it is no PNG of the size that ``shrunk`` gave out.
    """
    full = Image.open(io.BytesIO(workspace.media.get(mask_sha256, ".png"))).size
    mask = _drawn(drawn, _on_screen(full))
    smooth = mask.resize(full, Image.Resampling.BICUBIC)  # edges between the drawn pixels, not steps
    return _png(smooth.point(lambda value: 255 if value >= _HALF else 0))


def _drawn(data: bytes, size: tuple[int, int]) -> Image.Image:
    try:
        with damage_of("PNG"):
            image = Image.open(io.BytesIO(data), formats=["PNG"])
            # Before a pixel is decoded: a small file may announce billions of them.
            mask = image.convert("L") if image.size == size else None
    except PhotoError as error:
        raise PhotoError("The drawn mask is not a PNG: reload the page and draw again.") from error
    if mask is None:
        raise PhotoError(f"The drawn mask must have {size[0]} x {size[1]} pixels: reload the page.")
    return mask


def _on_screen(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
