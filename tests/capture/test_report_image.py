"""The picture that tells a photographer what was found."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageColor

from curate.capture.change_picture import change_map_image, kinds_of, outlined
from curate.capture.check import judge, measure
from curate.capture.frames import decode_pair
from curate.capture.palette import KINDS
from curate.capture.records import Finding
from curate.capture.report_image import report_image, titled
from curate.errors import PhotoError
from curate.photos.lettering import GREY, INK, MARK, length, wrapped
from made_checks import check_of, frame_of
from pair_files import draw_pair


def opened(data):
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB"))


def has(picture, colour):
    return (picture == ImageColor.getrgb(colour)[:3]).all(-1).any()


@pytest.fixture(scope="module")
def checked():
    """A pair of 640 x 480 with a change in the middle of the frame."""
    drawn = draw_pair(3)
    frames = frame_of(drawn.factual), frame_of(drawn.counterfactual)
    change = cv2.absdiff(*(frame.working for frame in frames)).max(2) * 255
    shadow = np.roll(drawn.mask, (30, 30), (0, 1))
    return *frames, check_of(frames[0], drawn.mask, shadow, change=change)


def test_the_report_shows_verdict_photos_change_and_masks(checked):
    picture = opened(report_image(*checked))
    assert picture.shape[1] == 1400
    assert has(picture, "#2b8a3e")  # passed
    assert has(picture, KINDS["object"])
    assert has(picture, KINDS["shadow"])
    assert not has(picture, KINDS["reflection"])


@pytest.mark.parametrize(("verdict", "colour"), [("warn", "#d9730d"), ("fail", "#c92a2a")])
def test_every_finding_adds_a_line(verdict, colour, checked):
    factual, counterfactual, check = checked
    finding = Finding("shift", verdict, 4.25, 1.0, "px", "The camera moved 4.2 px: reshoot.", "camera_moved")
    one, three = (
        opened(report_image(factual, counterfactual, check_of(factual, check.object_mask, findings=found)))
        for found in ((finding,), (finding,) * 3)
    )
    assert has(one, colour)
    assert three.shape[0] - one.shape[0] == 2 * 36


def test_advice_has_a_mark_of_its_own_and_stands_last(checked):
    factual, counterfactual, check = checked
    advice = Finding("framing_cut", "pass", 0.12, 0.02, "share", "Leave room around it.")
    passed = Finding("shift", "pass", 0.06, 0.44, "px", "The camera stood still.")
    made = check_of(factual, check.object_mask, findings=(advice, passed))
    picture = opened(report_image(factual, counterfactual, made))
    first, last = picture[-96:-60, 24:38], picture[-60:-24, 24:38]
    assert has(first, "#2b8a3e")
    assert not has(last, "#2b8a3e")
    assert has(last, GREY)


def test_a_title_stands_above_the_report_and_leaves_it_as_it_was(checked):
    report = report_image(*checked)
    plain, named = opened(report), opened(titled(report, "Pair 8d53aa11: vase", "Shoot table by Ada " * 20))
    added = named.shape[0] - plain.shape[0]
    assert added > 60
    assert np.array_equal(named[added:], plain)
    assert has(named[:added], INK)


@pytest.mark.parametrize("size", [(1, 1), (3000, 20), (20, 3000)])
def test_odd_shapes_fit(size):
    width, height = size
    frame = frame_of(np.full((height, width, 3), 90, np.uint8))
    check = check_of(frame, np.zeros(frame.working.shape[:2], bool))
    assert opened(report_image(frame, frame, check)).shape[1] == 1400


def test_long_sentences_and_any_letters_are_drawn(checked):
    factual, counterfactual, check = checked
    sentence = "Der Schatten fällt über den Rand \udcff: " + "noch ein Wort " * 40
    finding = Finding("framing", "warn", None, None, "", sentence)
    made = check_of(factual, check.object_mask, findings=(finding,))
    assert opened(report_image(factual, counterfactual, made)).shape[0] > 1200


def test_a_pair_that_cannot_be_compared_still_gets_its_report():
    small, large = (frame_of(np.full((side, side, 3), 128, np.uint8)) for side in (80, 160))
    check = judge(measure(small, large))
    assert check.verdict == "fail"
    assert has(opened(report_image(small, large, check)), "#c92a2a")


def test_a_real_check_is_drawn():
    factual, counterfactual = decode_pair(*draw_pair(1).files)
    check = judge(measure(factual, counterfactual))
    assert opened(report_image(factual, counterfactual, check)).shape[1] == 1400
    assert opened(change_map_image(check)).shape == (*check.object_mask.shape, 3)


def test_the_change_map_is_darker_where_more_changed():
    frame = frame_of(np.full((4, 300, 3), 128, np.uint8))
    change = np.tile(np.geomspace(0.1, 200, 300, dtype=np.float32), (4, 1))
    check = check_of(frame, np.zeros((4, 300), bool), change=change)
    grey = cv2.cvtColor(opened(change_map_image(check)), cv2.COLOR_RGB2GRAY)[0]
    assert (np.diff(grey.astype(int)) <= 0).all()
    assert grey[0] > 240
    assert grey[-1] < 40
    assert len(np.unique(grey[change[0] < 3])) == 1  # noise is paper


def test_the_change_map_tells_what_each_region_was_taken_for(checked):
    check = checked[2]
    kinds = [None, *KINDS]
    told = np.take(kinds, kinds_of(change_map_image(check)))
    assert np.array_equal(told == "object", check.object_mask)
    assert np.array_equal(told == "shadow", check.shadow_mask)
    assert set(np.unique(told.astype(str))) == {"None", "object", "shadow"}


def test_what_is_no_change_map_of_ours_tells_nothing():
    stream = io.BytesIO()
    Image.new("P", (8, 8)).save(stream, "PNG")
    with pytest.raises(PhotoError, match="earlier version"):
        kinds_of(stream.getvalue())


def test_an_outline_leaves_what_it_surrounds_alone():
    photo = np.full((100, 100, 3), 60, np.uint8)
    mask = np.zeros((50, 50), bool)
    mask[10:40, 10:40] = True
    drawn = outlined(photo, mask, MARK)
    assert (photo == 60).all()
    assert (drawn[40:60, 40:60] == 60).all()
    assert has(drawn, MARK)


def test_text_is_wrapped_to_its_width():
    lines = wrapped("one two three four five", 20, 90)
    assert " ".join(lines) == "one two three four five"
    assert all(length(line, 20) <= 90 for line in lines)
    assert wrapped("unbreakable", 20, 5) == ["unbreakable"]
