"""Nearness to the truth has the properties that its measures are known by."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curate.measures.against_truth import measure_against_truth, psnr, ssim, ssim_map

PHOTOS = arrays(np.uint8, (14, 17, 3))


@settings(deadline=None)
@given(PHOTOS)
def test_a_photo_is_infinitely_near_to_itself(photo):
    assert psnr(photo, photo) == math.inf
    assert ssim(photo, photo) == pytest.approx(1)


@settings(deadline=None)
@given(PHOTOS, PHOTOS)
def test_neither_photo_is_the_first(one, other):
    assert psnr(one, other) == psnr(other, one)
    assert np.allclose(ssim_map(one, other), ssim_map(other, one), atol=1e-5)


@settings(deadline=None)
@given(PHOTOS, PHOTOS)
def test_similarity_lies_between_minus_one_and_one(one, other):
    assert np.abs(ssim_map(one, other)).max() <= 1 + 1e-4


@settings(deadline=None)
@given(st.integers(1, 255))
def test_psnr_of_an_even_difference_is_the_formula(step):
    black = np.zeros((9, 9, 3), np.uint8)
    assert psnr(black, black + np.uint8(step)) == pytest.approx(20 * math.log10(255 / step))


def test_ssim_agrees_with_another_implementation():
    """The figure is scikit-image's, with its Gaussian window and without its border."""
    rng = np.random.default_rng(3)
    one = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    other = np.clip(one + rng.normal(0, 40, one.shape), 0, 255).astype(np.uint8)
    assert ssim_map(one, other)[5:-5, 5:-5].mean() == pytest.approx(EXPECTED, abs=1e-4)


EXPECTED = 0.87959


def test_a_difference_in_the_mask_is_not_seen_outside():
    truth = np.full((60, 60, 3), 90, np.uint8)
    output, mask = truth.copy(), np.zeros((60, 60), bool)
    mask[20:40, 20:40] = True
    output[26:34, 26:34] = 200
    numbers = measure_against_truth(output, truth, mask, lpips=mask.astype(np.float32), feature_cosine=0.9)
    assert numbers.outside.psnr == math.inf
    assert numbers.outside.ssim == pytest.approx(1)
    assert (numbers.inside.lpips, numbers.outside.lpips, numbers.feature_cosine) == (1, 0, 0.9)
    assert numbers.inside.psnr < numbers.whole.psnr < math.inf
    assert numbers.inside.ssim < numbers.whole.ssim < 1


def test_a_part_without_pixels_has_no_numbers():
    photo = np.zeros((20, 20, 3), np.uint8)
    numbers = measure_against_truth(photo, photo, np.ones((20, 20), bool))
    assert (numbers.outside.psnr, numbers.outside.ssim, numbers.outside.lpips) == (None, None, None)


def test_photos_that_do_not_fit_are_refused():
    photo = np.zeros((20, 20, 3), np.uint8)
    with pytest.raises(ValueError, match="do not fit"):
        measure_against_truth(photo, photo[1:], np.ones((20, 20), bool))
