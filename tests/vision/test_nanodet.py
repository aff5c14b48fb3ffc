import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from curate.vision.loading import load_detector
from curate.vision.nanodet import BINS, decode_sides
from curate.vision.resizing import letterbox

CELLS = 13 * 13


@given(st.lists(st.integers(0, BINS - 1), min_size=4, max_size=4), st.integers(0, CELLS - 1))
def test_certain_distances_give_exact_boxes(bins, cell):
    sides = np.zeros((CELLS, 4, BINS), dtype=np.float32)
    sides[cell, range(4), bins] = 1000
    left, top, right, bottom = decode_sides(sides.reshape(CELLS, -1), 416, 32)[cell]
    x, y = (cell % 13 + 0.5) * 32, (cell // 13 + 0.5) * 32
    assert (x - left, y - top, right - x, bottom - y) == tuple(32.0 * each for each in bins)


def test_an_even_distribution_gives_the_middle_distance():
    boxes = decode_sides(np.zeros((52 * 52, 44), dtype=np.float32), 416, 8)
    assert boxes[:, 2] - boxes[:, 0] == pytest.approx(np.full(52 * 52, 2 * 5 * 8))


@given(
    st.integers(1, 700),
    st.integers(1, 700),
    st.booleans(),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_point_goes_into_the_letterbox_and_back(width, height, centred, point):
    fitted = letterbox(np.zeros((height, width, 3), dtype=np.uint8), 416, fill=1, centred=centred)
    assert fitted.pixels.shape == (416, 416, 3)
    x, y = point[0] * width, point[1] * height
    inside = np.array([x, y, x, y]) * fitted.scale + (fitted.left, fitted.top) * 2
    assert fitted.in_photo(inside[None])[0] == pytest.approx([x, y, x, y], abs=1e-6)


@pytest.fixture(scope="module")
def bus():
    spec = importlib.util.find_spec("ultralytics")
    if spec is None:
        pytest.skip("the photo comes with ultralytics; type: pip install 'recurate[yolo]'")
    photo = Path(spec.submodule_search_locations[0]) / "assets" / "bus.jpg"
    return np.asarray(Image.open(photo).convert("RGB"))


def test_the_bus_and_the_people_in_front_of_it_are_found(pulled, bus):
    detector = load_detector("nanodet", pulled("nanodet"), device="cpu")
    found = detector.detect([bus])[0]
    # Scores of the float model on this photo, 810 x 1080; labels below .5 are not to be relied on.
    assert [(each.label, round(each.score, 2)) for each in found[:3]] == [
        ("bus", pytest.approx(0.83, abs=0.02)),
        ("person", pytest.approx(0.77, abs=0.02)),
        ("person", pytest.approx(0.49, abs=0.02)),
    ]
    assert found[0].box.x == pytest.approx(35, abs=3)
    assert found[0].box.right == pytest.approx(793, abs=3)


def test_what_is_found_does_not_depend_on_the_other_photos(pulled, bus, still_life):
    detector = load_detector("nanodet", pulled("nanodet"), device="cpu", threads=1)
    alone = [detector.detect([photo])[0] for photo in (bus, still_life)]
    assert detector.detect([bus, still_life]) == alone
    assert detector.detect([still_life, bus, bus]) == [alone[1], alone[0], alone[0]]
    assert detector.detect([]) == []


def test_a_photo_of_one_pixel_is_no_trouble(pulled):
    detector = load_detector("nanodet", pulled("nanodet"), device="cpu")
    assert detector.detect([np.zeros((1, 1, 3), dtype=np.uint8)]) == [[]]
