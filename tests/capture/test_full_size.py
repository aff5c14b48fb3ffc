"""Masks as large as the photo, and photos laid exactly on each other."""

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from curate.capture.alignment import described
from curate.capture.frames import decode_frame
from curate.capture.full_size import aligned, full_size_masks
from curate.capture.mask_files import full_mask, png, reduced, working_mask
from curate.capture.photometry import linear
from curate.errors import PhotoError
from made_checks import check_of, frame_of

WIDTH, HEIGHT = 1800, 1200


def overlap(one, other):
    """Intersection over union."""
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


def wall(width=WIDTH, height=HEIGHT, seed=0):
    """A structured background, uint8 [height, width, 3]."""
    coarse = np.random.default_rng(seed).integers(90, 200, (height // 25, width // 25, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def ellipse(width=WIDTH, height=HEIGHT, centre=(0.5, 0.5), radii=(0.12, 0.2)):
    ys, xs = np.mgrid[:height, :width]
    inside = ((xs / width - centre[0]) / radii[0]) ** 2 + ((ys / height - centre[1]) / radii[1]) ** 2
    return inside < 1


def noisy(pixels, sigma=2.0, seed=1):
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def scene_with_shadow():
    """Factual, counterfactual, true object and true effect with its strength .4 in the middle."""
    clean = wall()
    thing = ellipse()
    shadow = ellipse(centre=(0.62, 0.68), radii=(0.16, 0.08)) & ~thing
    strength = cv2.GaussianBlur(shadow.astype(np.float32) * 0.4, (0, 0), 6)
    pixels = clean * (1 - strength[..., None])
    pixels[thing] = (30, 60, 160)
    return frame_of(noisy(pixels)), frame_of(noisy(clean, seed=2)), thing, shadow


def rough(mask, frame, by):
    """The working mask, grown or shrunk by some pixels as a rough segmentation is."""
    kernel = np.ones((2 * abs(by) + 1,) * 2, np.uint8)
    working = reduced(mask, frame).astype(np.uint8)
    return (cv2.dilate if by > 0 else cv2.erode)(working, kernel).astype(bool)


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_the_outline_follows_the_full_size_pixels(by, scene_with_shadow):
    factual, counterfactual, thing, shadow = scene_with_shadow
    check = check_of(factual, rough(thing, factual, by), reduced(shadow, factual))
    masks = full_size_masks(factual, counterfactual, check)
    assert masks.mask.shape == masks.effect.shape == masks.alpha.shape == (HEIGHT, WIDTH)
    assert set(np.unique(masks.mask)) == set(np.unique(masks.effect)) == {0, 255}
    assert overlap(masks.mask > 0, thing) > 0.985
    assert overlap(masks.effect > 0, shadow) > 0.95
    assert not (masks.mask & masks.effect).any()


def test_alpha_is_the_share_of_light_that_the_shadow_takes(scene_with_shadow):
    factual, counterfactual, thing, shadow = scene_with_shadow
    check = check_of(factual, reduced(thing, factual), reduced(shadow, factual))
    masks = full_size_masks(factual, counterfactual, check)
    core = cv2.erode(shadow.astype(np.uint8), np.ones((51, 51), np.uint8)) > 0
    light = linear(np.float32([0.6 * 145 / 255, 145 / 255]))
    assert abs(masks.alpha[core].mean() / 255 - (1 - light[0] / light[1])) < 0.03
    assert masks.alpha[core].std() < 10
    assert not masks.alpha[masks.effect == 0].any()


def test_a_mask_that_a_person_drew_is_taken_as_it_is(scene_with_shadow):
    factual, counterfactual, _, shadow = scene_with_shadow
    drawn = ellipse(radii=(0.1, 0.18))
    check = check_of(factual, reduced(drawn, factual), reduced(shadow, factual), mask_given=True)
    masks = full_size_masks(factual, counterfactual, check, given=drawn)
    assert (masks.mask == drawn * np.uint8(255)).all()
    assert not (masks.mask & masks.effect).any()


def test_no_object_gives_empty_masks():
    frame = frame_of(wall(300, 200))
    masks = full_size_masks(frame, frame, check_of(frame, np.zeros((200, 300), bool)))
    assert masks.mask.max() == masks.effect.max() == masks.alpha.max() == 0


@settings(max_examples=12, deadline=None)
@given(
    st.tuples(st.integers(1100, 1500), st.integers(300, 900)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.tuples(st.floats(0.08, 0.6), st.floats(0.08, 0.6)),
)
def test_a_working_mask_survives_being_enlarged_and_reduced(size, centre, radii):
    """Without any change in the pixels, the enlarged mask alone decides."""
    width, height = size
    frame = frame_of(np.full((height, width, 3), 128, np.uint8))
    shape = frame.working.shape
    mask = ellipse(shape[1], shape[0], centre, radii)
    masks = full_size_masks(frame, frame, check_of(frame, mask))
    assert overlap(reduced(masks.mask > 0, frame), mask) > 0.98


@pytest.mark.parametrize(("kind", "least"), [(np.uint8, 40), (np.uint16, 40)])
def test_a_pair_that_moved_is_laid_on_each_other(kind, least):
    pixels = wall(1500, 1000).astype(kind) * (257 if kind is np.uint16 else 1)
    moved = cv2.warpAffine(
        pixels, np.array([[1, 0, 1.5], [0, 1, -0.75]]), (1500, 1000), flags=cv2.INTER_LANCZOS4
    )
    factual, counterfactual = frame_of(pixels), frame_of(moved)
    scale = factual.working.shape[1] / 1500
    matrix = np.array([[1, 0, 1.5 * scale], [0, 1, -0.75 * scale]], np.float32)
    alignment = described(matrix, factual.working.shape, factual.reduction, certain=True, overlap=1.0)
    x, y, crop = aligned(factual, counterfactual, alignment)
    assert x.shape == y.shape == (int(crop.height), int(crop.width), 3)
    assert x.dtype == y.dtype == kind
    top, left = int(crop.y), int(crop.x)
    assert (x == pixels[top : top + x.shape[0], left : left + x.shape[1]]).all()
    error = (x.astype(float) - y) / np.iinfo(kind).max
    assert 20 * np.log10(1 / np.sqrt(np.mean(error**2))) > least


def test_photos_too_small_to_align_say_so():
    frame = frame_of(wall(100, 25).copy()[:8, :8])
    matrix = np.array([[1, 0, 1], [0, 1, 0]], np.float32)
    alignment = described(matrix, (8, 8), 1.0, certain=True, overlap=1.0)
    with pytest.raises(PhotoError, match="too small to be aligned"):
        aligned(frame, frame, alignment)


def test_a_png_keeps_every_level():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = Image.open(io.BytesIO(png(levels)))
    assert image.mode == "L"
    assert (np.asarray(image) == levels).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 99))
def test_a_mask_file_comes_back_as_it_was(width, height, seed):
    frame = frame_of(np.zeros((height, width, 3), np.uint8))
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    mask[0, 0], mask[-1, -1] = True, False
    data = png(mask * np.uint8(255))
    assert (full_mask(data, frame) == mask).all()
    assert (working_mask(data, frame) == mask).all()


def test_a_mask_of_the_photo_or_of_its_working_copy_is_taken():
    frame = frame_of(wall(1500, 1000))
    large, small = ellipse(1500, 1000), ellipse(*frame.working.shape[1::-1])
    for mask in (large, small):
        data = png(mask * np.uint8(255))
        assert overlap(full_mask(data, frame), large) > 0.99
        assert overlap(working_mask(data, frame), small) > 0.99


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_masks_of_every_kind_of_png_are_understood(mode, encode):
    frame = frame_of(np.zeros((20, 30, 3), np.uint8))
    mask = np.zeros((20, 30), np.uint8)
    mask[5:9, 4:20] = 255
    data = encode(Image.fromarray(mask).convert("RGB").convert(mode), "PNG")
    assert (full_mask(data, frame) == (mask > 0)).all()


@pytest.mark.parametrize(
    ("image", "kind", "said"),
    [
        (Image.new("L", (30, 20), 127), "PNG", "all black, as a pixel counts as white from grey 128"),
        (Image.new("L", (30, 20), 255), "PNG", "all white"),
        (Image.new("L", (20, 30), 255), "PNG", "20 x 30 pixels and the photo 30 x 20"),
        (Image.new("L", (30, 20), 255), "JPEG", "is a JPEG file: save it as PNG"),
        (Image.new("RGB", (30, 20), "red"), "PNG", "has colours"),
        (Image.new("RGBA", (30, 20)), "PNG", "transparent parts"),
        (Image.new("L", (300, 200)), "PNG", "over the limit"),
    ],
)
def test_masks_that_are_none_are_refused(image, kind, said, encode):
    frame = frame_of(np.zeros((20, 30, 3), np.uint8))
    with pytest.raises(PhotoError, match=said):
        working_mask(encode(image, kind), frame)


def test_a_mask_that_is_no_picture_is_refused():
    frame = decode_frame(png(np.zeros((4, 4), np.uint8)))
    with pytest.raises(PhotoError, match="holds text"):
        working_mask(b"white", frame)
