"""Each number of a removal output answers to its own defect."""

from __future__ import annotations

import json
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.measures.reasons import suggested_reasons
from curate.measures.records import RemovalEvidence
from curate.measures.removal_numbers import measure_removal
from curate.records import Box, Detection

REGION = Box(20, 20, 260, 200)


@pytest.fixture(scope="module")
def empty() -> np.ndarray:
    """A wall and a floor with grain, 320 x 240."""
    grain = np.random.default_rng(5).normal(0, 6, (240, 320, 1))
    photo = np.full((240, 320, 3), (190, 180, 165), np.float64)
    photo[150:] = (150, 120, 95)
    return np.clip(cv2.GaussianBlur(photo + grain, (0, 0), 0.8), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def mask() -> np.ndarray:
    return cv2.circle(np.zeros((240, 320), np.uint8), (150, 140), 44, 1, -1) > 0


@pytest.fixture(scope="module")
def shaded(empty) -> np.ndarray:
    """The floor in the object's shadow."""
    shadow = cv2.ellipse(np.zeros((240, 320), np.float32), (190, 182), (70, 18), 0, 0, 360, 1, -1)
    dark = 1 - 0.35 * cv2.GaussianBlur(shadow, (0, 0), 2)
    return (empty * dark[..., None]).astype(np.uint8)


@pytest.fixture(scope="module")
def photo(shaded) -> np.ndarray:
    """With a ball on the floor."""
    ball = cv2.circle(shaded.copy(), (150, 140), 40, (40, 90, 160), -1)
    return cv2.circle(ball, (138, 125), 12, (230, 240, 250), -1)


def measured(photo, output, mask, **evidence):
    return measure_removal(photo, output, mask, REGION, RemovalEvidence(**evidence))


def test_a_clean_output_raises_no_suspicion(photo, empty, mask):
    numbers = measured(photo, empty, mask)
    assert suggested_reasons(numbers) == ()
    assert numbers.effect_removed > 0.1
    assert numbers.sharpness == pytest.approx(1, abs=0.2)


def test_pixels_that_were_left_alone_count_as_such(photo, empty, mask):
    output = np.where(mask[..., None], empty, photo)
    numbers = measured(photo, output, mask)
    assert (numbers.background_psnr, numbers.background_changed) == (math.inf, 0)
    assert (numbers.outside_changed, numbers.effect_removed) == (0, 0)


def test_a_ghost_is_the_object_still(photo, empty, mask):
    ghost = cv2.addWeighted(photo, 0.4, empty, 0.6, 0)
    output = np.where(mask[..., None], ghost, empty)
    assert measured(photo, output, mask).residual_object > 0.5
    assert measured(photo, empty, mask).residual_object < 0.1
    assert suggested_reasons(measured(photo, output, mask))[0] == "residual"


def test_a_thing_that_was_never_there_is_strange(photo, empty, mask):
    output = empty.copy()
    output[125:160, 140:175] = (20, 160, 40)
    numbers = measured(photo, output, mask)
    assert suggested_reasons(numbers)[0] == "new_object"
    assert numbers.new_object > 3 * measured(photo, empty, mask).new_object


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: cv2.GaussianBlur(p, (0, 0), 1.5),
        lambda p: np.clip(p * np.float32([1.1, 1, 0.95]), 0, 255).astype(np.uint8),
        lambda p: np.roll(p, 2, axis=1),
    ],
)
def test_a_repainted_background_is_told(photo, empty, mask, spoil):
    output = np.where(mask[..., None], empty, spoil(photo))
    numbers = measured(photo, output, mask)
    assert numbers.background_psnr < 46
    assert numbers.outside_changed > 0.5
    assert suggested_reasons(numbers)[0] == "background_changed"


def test_a_shadow_that_stayed_is_told_from_one_that_went(photo, shaded, empty, mask):
    stayed = measured(photo, np.where(mask[..., None], empty, shaded), mask)
    assert "shadow_left" in suggested_reasons(stayed)
    assert stayed.effect_left > 5 * measured(photo, empty, mask).effect_left


def test_boxes_count_where_they_lie_in_the_mask(photo, empty, mask):
    inside, elsewhere = Box(120, 110, 60, 60), Box(230, 60, 40, 40)
    before = [Detection(inside, 0.9, "ball"), Detection(elsewhere, 0.8, "cup")]
    after = [Detection(inside, 0.7, "vase"), Detection(elsewhere, 0.8, "cup")]
    numbers = measured(photo, empty, mask, label="ball", detections_x=before, detections_z=after)
    assert (numbers.same_class_score, numbers.new_object_score) == (0, 0.7)
    same = measured(photo, empty, mask, label="ball", detections_x=before, detections_z=before)
    assert (same.same_class_score, same.new_object_score) == (0.9, 0)
    unasked = measured(photo, empty, mask)
    assert (unasked.same_class_score, unasked.new_object_score) == (None, None)


def test_what_is_stored_is_json(photo, mask):
    stored = measured(photo, photo, mask, cosine=0.5).stored()
    assert stored["background_psnr"] is None
    assert stored["object_cosine"] == 0.5
    json.dumps(stored, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_photo_mask_and_region_gives_numbers(data):
    height, width = data.draw(st.integers(1, 90)), data.draw(st.integers(1, 90))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x, z = rng.integers(0, data.draw(st.integers(1, 256)), (2, height, width, 3), dtype=np.uint8)
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    mask = np.zeros((height, width), np.bool_)
    mask[top : top + data.draw(st.integers(1, 90)), left : left + data.draw(st.integers(1, 90))] = True
    numbers = measure_removal(x, z, mask, Box(left, top, data.draw(st.integers(1, 120)), 40.5)).stored()
    assert all(value is None or math.isfinite(value) for value in numbers.values())


def test_what_does_not_fit_is_refused(photo, mask):
    with pytest.raises(ValueError, match="do not fit"):
        measure_removal(photo, photo[1:], mask, REGION)
    with pytest.raises(ValueError, match="bool"):
        measure_removal(photo, photo, mask.astype(np.uint8), REGION)
    with pytest.raises(ValueError, match="no pixel"):
        measure_removal(photo, photo, mask & False, REGION)
    with pytest.raises(ValueError, match="outside"):
        measure_removal(photo, photo, mask, Box(400, 0, 10, 10))
