import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curate.errors import ModelError, RemovalError
from curate.records import Box
from curate.vision.regions import around, bounds
from curate.vision.working_region import default_dilation, dilated, remove_object
from drawn_removers import Answering, Repainter

SHAPES = st.tuples(st.integers(8, 600), st.integers(8, 600))


@st.composite
def cases(draw):
    height, width = draw(SHAPES)
    seed = draw(st.integers(0, 2**32 - 1))
    photo = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    mask = np.zeros((height, width), dtype=bool)
    for _ in range(draw(st.integers(1, 3))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        mask[top : top + draw(st.integers(1, height)), left : left + draw(st.integers(1, width))] = True
    return photo, mask


@settings(max_examples=150, deadline=None)
@given(
    cases(),
    st.one_of(st.none(), st.integers(0, 90)),
    st.floats(0, 2),
    st.one_of(st.none(), st.integers(16, 300)),
)
def test_outside_of_the_region_nothing_changes_by_a_bit(case, dilation, padding, largest_side):
    photo, mask = case
    before, mask_before = photo.copy(), mask.copy()
    try:
        removed = remove_object(Repainter(padding, largest_side), photo, mask, dilation=dilation)
    except RemovalError:
        assert mask.all() or dilation != 0  # there was nothing left to see
    else:
        outside = np.ones(mask.shape, dtype=bool)
        outside[removed.region.slices] = False
        assert (removed.pixels[outside] == photo[outside]).all()
        assert not (removed.mask & outside).any()
        assert (removed.mask >= mask).all()
    assert (photo == before).all()
    assert (mask == mask_before).all()


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40))), st.integers(0, 12))
def test_a_mask_is_widened_by_every_pixel_in_reach(mask, dilation):
    box = bounds(mask)
    if box is None:
        assert not mask.any()
        return
    y, x = np.indices(mask.shape)
    there = np.argwhere(mask)
    nearest = np.min([(y - row) ** 2 + (x - column) ** 2 for row, column in there], axis=0)
    assert (dilated(mask, box, dilation) == (nearest <= dilation**2)).all()


@pytest.fixture
def photo(still_life):
    return still_life


@pytest.fixture
def mask(photo):
    mask = np.zeros(photo.shape[:2], dtype=bool)
    mask[90:150, 120:200] = True
    return mask


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda photo, mask: photo[1:], "it has to keep the size"),
        (lambda photo, mask: photo[..., 0], "it has to keep the size"),
        (lambda photo, mask: photo.astype(np.float32) * np.nan, "of type float32"),
        (lambda photo, mask: photo.astype(np.int64), "of type int64"),
        (lambda photo, mask: np.zeros_like(photo), "one flat colour"),
        (lambda photo, mask: None, "gave NoneType"),
        (lambda photo, mask: photo / 0, "of type float"),
        (lambda photo, mask: {}["weights"], "failed .'weights'."),
        (lambda photo, mask: [][0], "failed .list index"),
    ],
)
def test_garbage_and_crashes_are_one_sentence_about_this_object(photo, mask, answer, sentence):
    with np.errstate(all="ignore"), pytest.raises(RemovalError, match=sentence) as error:
        remove_object(Answering(answer), photo, mask)
    assert "\n" not in str(error.value)


def test_a_remover_that_cannot_work_at_all_stops_the_run(photo, mask):
    def broken(photo, mask):
        raise ModelError("The weights are gone.")

    with pytest.raises(ModelError):
        remove_object(Answering(broken), photo, mask)


def test_a_plain_background_may_come_back_plain(mask, photo):
    white = np.full_like(photo, 255)
    white[mask] = photo[mask]
    removed = remove_object(Answering(lambda photo, mask: np.full_like(photo, 255)), white, mask)
    assert (removed.pixels == 255).all()


def test_masks_without_an_object_or_without_a_background_are_refused(photo, mask):
    with pytest.raises(RemovalError, match="empty"):
        remove_object(Repainter(), photo, np.zeros_like(mask))
    with pytest.raises(RemovalError, match="covers all"):
        remove_object(Repainter(), photo, np.ones_like(mask))
    with pytest.raises(ValueError, match="does not lie on"):
        remove_object(Repainter(), photo, mask[1:])


def test_a_model_for_small_pictures_leaves_the_detail_around_the_object_alone(mask, photo):
    noisy = np.random.default_rng(0).integers(0, 256, photo.shape, dtype=np.uint8)
    seen = []

    def fill(small, hole):
        seen.append(small.shape)
        small[hole] = (10, 20, 30)
        return small

    removed = remove_object(Answering(fill, padding=1.0, largest_side=64), noisy, mask, dilation=0)
    assert max(seen[0]) == 64
    changed = (removed.pixels != noisy).any(axis=2)
    assert not (changed & ~dilated(mask, bounds(mask), 16)).any()  # three pixels of the small picture
    assert np.abs(removed.pixels[110:130, 140:180].astype(int) - (10, 20, 30)).max() <= 1


def test_a_shadow_that_is_brightened_outside_of_the_mask_keeps_its_texture(mask, photo):
    dark = np.random.default_rng(0).integers(40, 120, photo.shape, dtype=np.uint8)
    brighter = Answering(lambda small, hole: small + np.uint8(50), padding=1.0, largest_side=64)
    removed = remove_object(brighter, dark, mask, dilation=0)
    rows, columns = removed.region.slices
    ring = ~mask[rows, columns]
    change = removed.pixels[rows, columns][ring].astype(int) - dark[rows, columns][ring]
    assert np.abs(change - 50).max() <= 1


def test_the_dilation_is_recorded_and_follows_the_size_of_the_object(photo, mask):
    assert remove_object(Repainter(), photo, mask).dilation == 3
    assert remove_object(Repainter(), photo, mask, dilation=11).dilation == 11
    assert default_dilation(Box(0, 0, 1000, 1000)) == 20
    assert default_dilation(Box(0, 0, 9000, 9000)) == 64


def test_regions_reach_as_far_as_the_photo():
    box = Box(10, 20, 40, 10)
    assert around(box, 0.5, (100, 200)).box == Box(0, 15, 70, 20)
    assert around(box, 0.0, (100, 200), smallest=60).box == Box(0, 0, 60, 60)
    assert around(box, 0.0, (50, 200), smallest=60).box == Box(0, 0, 60, 50)
    assert around(Box(190, 90, 10, 10), 0.0, (100, 200), smallest=60).box == Box(140, 40, 60, 60)
