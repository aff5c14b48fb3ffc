"""A mask's outline tells what is missing from it, and what does not belong to it."""

from __future__ import annotations

import numpy as np
import pytest

from curate.capture.object_shape import filled_bays, strays
from curate.capture.order import against_outline, measure_order
from curate.capture.seams import balance, outline_of

SHAPE = (300, 400)
BODY = (slice(60, 240), slice(90, 230))
NOTHING = np.zeros(SHAPE, np.bool_)


@pytest.fixture(scope="module")
def floor() -> np.ndarray:
    """Boards in the upper part, black in the lower."""
    rows, _ = np.mgrid[: SHAPE[0], : SHAPE[1]]
    light = np.where(rows < 150, 0.5 + 0.1 * (rows // 12 % 2), 0.05)
    grain = np.random.default_rng(3).normal(0, 0.01, (*SHAPE, 3))
    return (light[..., None] + grain).astype(np.float32)


def with_box(floor: np.ndarray, where: tuple[slice, slice], shade: float = 0.06) -> np.ndarray:
    seen = floor.copy()
    seen[where] = shade + np.random.default_rng(4).normal(0, 0.01, seen[where].shape)
    return seen


def mask_of(*parts: tuple[slice, slice]) -> np.ndarray:
    mask = NOTHING.copy()
    for part in parts:
        mask[part] = True
    return mask


def test_the_edge_is_told_from_the_frame_that_has_it(floor):
    mask = mask_of(BODY)
    contrast = balance(with_box(floor, BODY, 0.9), floor, mask)[outline_of(mask)]
    assert contrast.min() > 0.5
    mirrored = balance(floor, with_box(floor, BODY, 0.9), mask)[outline_of(mask)]
    assert mirrored == pytest.approx(-contrast)


def test_a_bay_into_which_the_object_runs_on_is_filled(floor):
    bay = (slice(148, 240), slice(120, 200))
    factual, hidden = with_box(floor, BODY), floor.copy()
    hidden[130:148, 100:220] = 0.9  # an edge that the object hides
    hidden[bay] = factual[bay]  # black before black: nothing changed there
    mended = filled_bays(mask_of(BODY) & ~mask_of(bay), factual, hidden)
    assert mended[BODY].mean() > 0.97


def test_the_hollow_of_a_handle_is_not_filled(floor):
    handle = mask_of(BODY, (slice(100, 115), slice(230, 290)), (slice(170, 185), slice(230, 290)))
    handle |= mask_of((slice(100, 185), slice(275, 290)))
    seen = floor.copy()
    seen[handle] = 0.9
    assert not filled_bays(handle, seen, floor)[125:165, 240:270].any()


def test_a_lobe_that_came_is_told_from_one_that_went(floor):
    beside = (slice(190, 240), slice(250, 310))
    bridge = (slice(225, 235), slice(225, 255))
    mask = mask_of(BODY, bridge, beside)
    went = with_box(with_box(floor, BODY, 0.9), beside, 0.9)
    assert not strays(mask, went, floor).any()
    came = strays(mask, with_box(floor, BODY, 0.9), with_box(floor, beside, 0.9))
    assert came[beside].mean() > 0.9
    assert not came[BODY].any()


def test_what_is_left_of_an_object_has_its_outline_in_the_counterfactual(floor):
    whole = with_box(floor, BODY, 0.9)
    assert against_outline(whole, floor, mask_of(BODY)) == 0
    upper = (slice(60, 150), BODY[1])
    left = with_box(floor, (slice(150, 240), BODY[1]), 0.9)
    assert against_outline(whole, left, mask_of(upper)) > 0.2


def test_an_empty_mask_speaks_for_no_order(floor):
    order = measure_order(floor, floor, NOTHING, NOTHING, NOTHING)
    assert (order.seam, order.shadow, order.against) == (0, 0, 0)
