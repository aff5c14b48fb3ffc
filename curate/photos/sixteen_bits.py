"""The full depth of 16-bit colour, which Pillow reads as 8 bits. Imports OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.photos.colour import needs_conversion
from curate.photos.opening import OpenPhoto

_SIXTEEN_BIT_COLOUR = "RGB;16"


def sixteen_bit_pixels(photo: OpenPhoto, data: bytes) -> NDArray[np.uint16] | None:
    """Upright sRGB, uint16 [height, width, 3], or None where only the 8-bit way gives the right colours.

    That is so for other modes, for transparency and for colour profiles, which Pillow applies to 8 bits
    alone; and for damaged data, of which the 8-bit way tells more.
    """
    image = photo.image
    if photo.mode != _SIXTEEN_BIT_COLOUR or image.has_transparency_data:
        return None
    if needs_conversion(image, image.info.get("icc_profile")):
        return None
    try:  # turned upright by EXIF already, in TIFF and PNG alike
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        return None
    if pixels is None or pixels.dtype != np.uint16:
        return None
    rgb: NDArray[np.uint16] = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)
    return rgb.astype(np.uint16, copy=False)
