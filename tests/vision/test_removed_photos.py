"""Removal from photos as they come, in every format, orientation and transparency."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from curate.photos.reading import decode
from curate.vision.removal_files import photo_png
from curate.vision.working_region import remove_object
from drawn_removers import Repainter

FORMATS = st.sampled_from(
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGBA"),
        ("PNG", "LA"),
        ("PNG", "P"),
        ("PNG", "I;16"),
        ("WEBP", "RGBA"),
        ("TIFF", "RGB"),
    ]
)


def photo_file(kind: str, mode: str, width: int, height: int, orientation: int, seed: int) -> bytes:
    dice = np.random.default_rng(seed)
    if mode == "I;16":
        image = Image.fromarray(dice.integers(0, 65536, (height, width), dtype=np.uint16))
    else:
        image = Image.fromarray(dice.integers(0, 256, (height, width, 4), dtype=np.uint8), "RGBA").convert(
            mode
        )
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    image.save(file, kind, exif=exif)
    return file.getvalue()


@settings(max_examples=80, deadline=None)
@given(FORMATS, st.integers(30, 400), st.integers(30, 400), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_the_stored_output_is_the_decoded_photo_outside_of_the_region(form, width, height, orientation, seed):
    photo = decode(photo_file(*form, width, height, orientation, seed))
    rows, columns = photo.shape[:2]
    assert (columns, rows) == ((width, height) if orientation < 5 else (height, width))
    mask = np.zeros((rows, columns), dtype=bool)
    mask[rows // 3 : rows // 2, columns // 4 : columns // 2] = True
    removed = remove_object(Repainter(0.2, largest_side=64), photo, mask, dilation=2)
    stored = decode(photo_png(removed.pixels))
    outside = np.ones((rows, columns), dtype=bool)
    outside[removed.region.slices] = False
    assert stored.shape == photo.shape
    assert (stored[outside] == photo[outside]).all()
    assert (stored == removed.pixels).all()
