"""The rule by which pictures become cells."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from curate.training.cells import CellRule


@st.composite
def boxes(draw):
    """A picture's size, and a box in it."""
    width, height = draw(st.integers(1, 400)), draw(st.integers(1, 400))
    x, y = draw(st.floats(0, width - 0.5)), draw(st.floats(0, height - 0.5))
    return (width, height), (x, y, draw(st.floats(0.25, width - x)), draw(st.floats(0.25, height - y)))


@settings(max_examples=200, deadline=None)
@given(boxes(), st.floats(0, 3), st.integers(1, 64))
def test_a_crop_is_a_square_with_the_whole_box_as_far_as_the_picture_goes(placed, margin, size):
    (width, height), (x, y, wide, tall) = placed
    place = CellRule(size, "crop", margin).placing((width, height), (x, y, wide, tall))
    left, top, right, bottom = place.frame
    assert 0 <= left <= x + 1e-6 <= x + wide <= right + 1e-6
    assert 0 <= top <= y + 1e-6 <= y + tall <= bottom + 1e-6
    assert right <= width
    assert bottom <= height
    side = max(right - left, bottom - top)
    assert right - left in (side, width)
    assert bottom - top in (side, height)
    assert max(wide, tall) * (1 + 2 * margin) <= side or side == max(width, height)


@settings(max_examples=50, deadline=None)
@given(boxes(), st.sampled_from(["pad", "crop"]), st.integers(1, 40), st.integers(0, 9))
def test_all_pictures_of_one_size_stand_in_one_place_and_masks_stay_masks(placed, fit, size, seed):
    (width, height), box = placed
    place = CellRule(size, fit, 0.5).placing((width, height), box)
    bits = np.random.default_rng(seed).random((height, width)) < 0.5
    mask = Image.fromarray(bits * np.uint8(255))
    shown, found = place.shown(), place.mask(mask)
    assert found.shape == shown.shape == (1, size, size)
    assert set(found.unique().tolist()) <= {0, 1}
    for made in (found, place.photo(mask), place.strength(mask)):
        assert not (made * (1 - shown)).any()
        assert made.dtype == torch.float32
    assert max(shown[0].any(0).sum(), shown[0].any(1).sum()) == size
    white = place.photo(Image.new("RGB", (width, height), "white"))
    assert torch.equal(white, shown.expand(3, -1, -1))
