"""Camera RAW as one more kind of photo: known by content, developed by LibRaw without any automatic.

LibRaw's defaults look at each photo on its own (auto brightness, white level from the brightest pixel) and
would fake a change of light between two frames of a pair, so all of them are switched off.
"""

from __future__ import annotations

import io
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from curate.errors import PhotoSetupError
from curate.photos.raw_exif import raw_exif

if TYPE_CHECKING:
    from rawpy import RawPy

WhiteBalance = tuple[float, float, float, float]
"""Multipliers of red, green, blue and the second green, in the camera's own colours."""
_SRGB_CURVE = (2.4, 12.92)
"""Power and slope of sRGB's transfer curve, as LibRaw takes them."""
_SIDES_SWAPPED = 4
"""Bit of LibRaw's flip."""


class RawImage(ImageFile.ImageFile):
    """A RAW photo behind Pillow's interface: upright RGB, 8 bits, sRGB; the header is read, nothing more.

    ``load`` develops with the white balance that the camera noted. ``size`` is the upright size.
    """

    format_description = "Camera RAW"

    def __init__(self, data: bytes, kind: str) -> None:
        self._data = data
        self._kind = kind
        self._reduced = False
        super().__init__(io.BytesIO(data))
        self.format = kind

    def _open(self) -> None:
        with _opened(self._data, self._kind) as raw:
            sizes = raw.sizes
        upright = (sizes.width, sizes.height)
        self._size = upright[::-1] if sizes.flip & _SIDES_SWAPPED else upright
        self._mode = "RGB"

    def getexif(self) -> Image.Exif:
        return raw_exif(self._data, self._kind)

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> None:
        """Develop at half size, four times as fast, if that is still at least ``size``."""
        half = ((self.width + 1) // 2, (self.height + 1) // 2)
        if size is not None and not self._reduced and half[0] >= size[0] and half[1] >= size[1]:
            self._reduced = True
            self._size = half

    def load(self) -> Any:
        if self._im is None:
            developed = _developed(self._data, self._kind, None, bits=8, half=self._reduced)
            self.im = Image.fromarray(developed.astype(np.uint8, copy=False)).im
            self._size = self.im.size
        return Image.Image.load(self)


def develop(data: bytes, kind: str, white_balance: WhiteBalance | None = None) -> NDArray[np.uint16]:
    """Upright sRGB pixels, uint16 [height, width, 3].

    Args:
        data: Bytes of the RAW file.
        kind: Its format, for messages.
        white_balance: Multipliers to use; None takes what the camera noted, as ``noted_white_balance`` says.

    Raises:
        PhotoError: the file is damaged, or rawpy is not installed. LibRaw raises classes of its own on
            some damage: call inside ``damage_of``.
    """
    return _developed(data, kind, white_balance, bits=16).astype(np.uint16, copy=False)


def noted_white_balance(data: bytes, kind: str) -> WhiteBalance:
    """The camera's multipliers for this photo, or those for daylight if it noted none.

    Raises:
        PhotoError: as ``develop``.
    """
    with _opened(data, kind) as raw:
        return _noted(raw)


def _developed(
    data: bytes, kind: str, white_balance: WhiteBalance | None, *, bits: int, half: bool = False
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    rawpy = _rawpy(kind)
    with _opened(data, kind) as raw:
        pixels = raw.postprocess(
            user_wb=list(white_balance or _noted(raw)),
            output_color=rawpy.ColorSpace.sRGB,
            output_bps=bits,
            gamma=_SRGB_CURVE,
            highlight_mode=rawpy.HighlightMode.Clip,
            no_auto_bright=True,
            adjust_maximum_thr=0.0,  # else the white level follows the brightest pixel of each frame
            half_size=half,
        )
    return pixels if pixels.shape[2] == 3 else np.repeat(pixels[..., :1], 3, axis=2)  # no colour filter


def _noted(raw: RawPy) -> WhiteBalance:
    for multipliers in (raw.camera_whitebalance, raw.daylight_whitebalance):
        red, green, blue, second_green = multipliers
        if min(red, green, blue) > 0:  # all zeros, or -1, if the camera noted none
            return red, green, blue, second_green if second_green > 0 else green
    return 1.0, 1.0, 1.0, 1.0


def _opened(data: bytes, kind: str) -> RawPy:
    raw: RawPy = _rawpy(kind).RawPy()
    raw.open_buffer(io.BytesIO(data))
    return raw


def _rawpy(kind: str) -> ModuleType:
    try:
        import rawpy
    except ImportError as error:
        raise PhotoSetupError(
            f"This is a RAW photo ({kind}), which needs one more library: pip install 'recurate[raw]'."
        ) from error
    return rawpy
