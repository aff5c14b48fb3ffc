import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.records import Box
from curate.vision import crops
from curate.vision.crops import cut

PHOTO = np.arange(40 * 60 * 3, dtype=np.uint32).astype(np.uint8).reshape(40, 60, 3)

sides = st.floats(0.25, 80)
offsets = st.floats(-30, 55)


@given(x=offsets, y=offsets, width=sides, height=sides)
def test_a_crop_is_the_pixels_that_the_box_touches(x, y, width, height):
    box = Box(x, y, width, height)
    inside = box.clipped(60, 40)
    if inside is None:
        with pytest.raises(ValueError, match="outside"):
            cut(PHOTO, box)
        return
    crop = cut(PHOTO, box)
    assert crop.dtype == np.uint8
    assert inside.height <= crop.shape[0] < inside.height + 2
    assert inside.width <= crop.shape[1] < inside.width + 2
    top, left = int(inside.y), int(inside.x)
    assert np.array_equal(crop, PHOTO[top : top + crop.shape[0], left : left + crop.shape[1]])


def test_a_crop_does_not_keep_the_photo_alive():
    assert cut(PHOTO, Box(5, 5, 10, 10)).base is None


def test_padding_widens_the_crop_on_every_side_and_stops_at_the_border(monkeypatch):
    monkeypatch.setattr(crops, "PADDING", 0.5)
    assert cut(PHOTO, Box(20, 10, 10, 8)).shape == (16, 20, 3)
    assert cut(PHOTO, Box(0, 10, 10, 8)).shape == (16, 15, 3)


def test_the_name_of_the_crop_rule_states_the_padding():
    assert str(crops.PADDING) in crops.CROP_RULE
