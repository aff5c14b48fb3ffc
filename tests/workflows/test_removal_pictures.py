"""Tiles and outlines of removals: right pixels on every level, decoded once, and none that is not there."""

from __future__ import annotations

import io
import json
import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from itertools import product
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import text

from chain import last
from curate.errors import NotFoundError, PhotoError
from curate.exporters.pixels import decoded
from curate.records import Box
from curate.vision.loading import load_segmenter
from curate.workflows import removal_pyramids, removals
from curate.workflows.pyramids import TILE, RecentPyramids, pyramid
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.removal_pictures import RemovalPictures
from curate.workflows.removal_pyramids import DIFFERENCE_GAIN
from curate.workflows.remove import RemovalTools, remove
from curate.workflows.renditions import Renditions
from drawn_removers import Repainter
from removable import BOX, make_removable


@pytest.fixture
def views(empty_workspace, tmp_path):
    """Two of four views, 540 x 405 pixels, whose object was repainted with noise."""
    views = make_removable(empty_workspace, tmp_path / "photos")
    tools = RemovalTools(Repainter(), load_segmenter("box", empty_workspace.settings.models_dir))
    last(remove(empty_workspace, tools, views.objects[2:], RemovalMeasures(None)))
    return views


@pytest.fixture
def made(empty_workspace):
    return RemovalPictures(empty_workspace, Renditions(empty_workspace).kept)


def first(workspace):
    return removals.listed(workspace)[0]


def opened(data, kind="JPEG"):
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.mode) == (kind, "RGB")
    return np.asarray(picture)


def inside(pixels, region):
    return pixels[int(region.y) : int(region.bottom), int(region.x) : int(region.right)]


@settings(deadline=None, max_examples=30)
@given(
    st.tuples(st.integers(1, 2100), st.integers(1, 1300)),
    st.tuples(st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0, 1), st.floats(0, 1)),
)
def test_on_every_level_an_output_is_the_photo_where_its_region_is_not(size, shares):
    width, height = size
    region = _whole(Box(shares[0] * width, shares[1] * height, shares[2] * width, shares[3] * height), size)
    photo = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    output = photo.copy()
    inside(output, region)[:] ^= 255
    whole, part, untouched = pyramid(photo), pyramid(output, region), pyramid(output)
    scale = 1
    for level, (expected, changed) in enumerate(zip(whole.levels, untouched.levels, strict=True)):
        down, across = -(-height // scale), -(-width // scale)
        assert expected.pixels.shape == (down, across, 3)
        small = _whole(Box(*(side / scale for side in astuple(region))), (across, down))
        equal = (expected.pixels == changed.pixels).all(axis=2)
        inside(equal, small)[:] = True
        assert equal.all()
        for column, row in product(range(-(-across // TILE)), range(-(-down // TILE))):
            if _apart(small, Box(column * TILE, row * TILE, TILE, TILE)):
                with pytest.raises(NotFoundError):
                    part.tile(level, column, row)
            else:
                assert np.array_equal(part.tile(level, column, row), untouched.tile(level, column, row))
        scale *= 2
    assert max(expected.pixels.shape) <= TILE


def _whole(box, size):
    """The pixels that a box touches."""
    left, top = int(box.x), int(box.y)
    right, bottom = (max(math.ceil(end), start + 1) for end, start in ((box.right, left), (box.bottom, top)))
    return Box(left, top, min(right, size[0]) - left, min(bottom, size[1]) - top)


def _apart(one, other):
    return one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


def test_tiles_of_photo_and_output_are_equal_outside_of_what_the_remover_was_shown(
    empty_workspace, views, made
):
    each = first(empty_workspace)
    tiles = [made.photo(each.object_.photo_sha256, 0, 0, 0), made.output(each.removal, 0, 0, 0)]
    photo, output = map(opened, tiles)
    square = 8  # pixels that JPEG codes together
    left, top = (int(side) // square * square for side in (each.region.x, each.region.y))
    right, bottom = (-(-int(side) // square) * square for side in (each.region.right, each.region.bottom))
    differs = (photo != output).any(axis=2)
    assert differs[top:bottom, left:right].any()
    differs[top:bottom, left:right] = False
    assert not differs.any()


def test_tiles_show_the_photo_and_the_output_in_their_own_size_and_in_half(empty_workspace, views, made):
    each = first(empty_workspace)
    photo = views.upright(each.object_.public_id)
    output = _stored(empty_workspace, each)
    sha256 = each.object_.photo_sha256
    assert opened(made.photo(sha256, 0, 1, 0)).shape == (405, 540 - TILE, 3)
    for shown, pixels in (
        (made.photo(sha256, 0, 0, 0), photo[:, :TILE]),
        (made.output(each.removal, 0, 0, 0), output[:, :TILE]),
        (made.photo(sha256, 1, 0, 0), _halved(photo)),
        (made.output(each.removal, 1, 0, 0), _halved(output)),
    ):
        assert np.abs(opened(shown).astype(int) - pixels).mean() < 5  # noise, compressed
    for missing in ((0, 1, 0), (0, 0, 1), (1, 1, 0), (2, 0, 0), (9999, 0, 0)):
        with pytest.raises(NotFoundError):
            made.output(each.removal, *missing)


def _stored(workspace, each):
    return decoded(workspace.media.get(each.output_sha256, ".png"), 10**9)


def _halved(pixels):
    even = np.pad(pixels, ((0, 1), (0, 0), (0, 0)), "edge")
    return even.reshape(203, 2, 270, 2, 3).mean(axis=(1, 3))


def test_differences_are_black_where_nothing_changed_and_bright_where_much_did(empty_workspace, views, made):
    each = first(empty_workspace)
    shown = opened(made.difference(each.removal, 0, 0, 0), "WEBP")
    photo, output = views.upright(each.object_.public_id), _stored(empty_workspace, each)
    strong = np.minimum(np.abs(photo.astype(int) - output) * DIFFERENCE_GAIN, 255)
    assert np.array_equal(shown, strong[:, :TILE])
    assert inside(shown, each.region).mean() > 150
    with pytest.raises(NotFoundError):
        made.difference(each.removal, 0, 1, 0)


def test_outlines_lie_around_the_object_and_its_mask(empty_workspace, views, made):
    each = first(empty_workspace)
    told = json.loads(made.outlines(each.removal))
    ((thing),) = told["object"]
    (mask,) = told["mask"]
    assert (min(thing[::2]), min(thing[1::2])) == (BOX.x + 0.5, BOX.y + 0.5)
    assert (max(thing[::2]), max(thing[1::2])) == (BOX.right - 0.5, BOX.bottom - 0.5)
    assert min(mask[::2]) == BOX.x + 0.5 - each.dilation
    assert sum(map(len, told["mask"])) < 800
    assert told.keys() == {"object", "mask", "effect"}


def test_a_photo_is_decoded_once_whoever_asks_and_kept_tiles_need_none(
    empty_workspace, views, made, monkeypatch
):
    each, decodes = first(empty_workspace), []
    decode = removal_pyramids.decode
    monkeypatch.setattr(
        removal_pyramids, "decode", lambda *arguments: decodes.append(1) or decode(*arguments)
    )

    def ask(number):
        if number % 2:
            return made.difference(each.removal, number % 4 // 2, 0, 0)
        return made.photo(each.object_.photo_sha256, number % 4 // 2, 0, 0)

    with ThreadPoolExecutor(8) as pool:
        tiles = set(pool.map(ask, range(16)))
    assert (len(tiles), len(decodes)) == (4, 1)
    views.files[each.object_.public_id].unlink()
    again = RemovalPictures(empty_workspace, Renditions(empty_workspace).kept)
    assert again.photo(each.object_.photo_sha256, 0, 0, 0) in tiles
    with pytest.raises(PhotoError):
        again.photo(each.object_.photo_sha256, 0, 1, 0)
    assert len(decodes) == 1


def test_the_pyramids_looked_at_longest_ago_are_forgotten_and_errors_at_once():
    made = []

    def ask(name, side=100):
        def make():
            made.append(name)
            if side == 0:
                raise PhotoError("gone")
            return pyramid(np.zeros((side, side, 3), np.uint8))

        return recent.get(name, make)

    with ThreadPoolExecutor(1) as pool:
        recent = RecentPyramids(70_000, pool.submit)  # two of 30,000 bytes
        first = ask("a")
        ask("b")
        assert ask("a") is first
        ask("c")
        assert ask("a") is first
        ask("b")
        for _ in range(2):
            with pytest.raises(PhotoError):
                ask("d", 0)
        ask("large", 500)
        ask("large", 500)
    assert made == ["a", "b", "c", "b", "d", "d", "large"]


def test_what_was_made_anew_after_it_was_lost_is_shown_as_it_is_now(empty_workspace, views, made):
    before = first(empty_workspace)
    shown = made.output(before.removal, 0, 0, 0)
    with empty_workspace.transaction() as session:  # as a database restored from before the run
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("TRUNCATE removals, removal_measurements, removal_queue CASCADE"))
        session.execute(text("DELETE FROM review_items WHERE kind = 'removal'"))
    segmenter = load_segmenter("box", empty_workspace.settings.models_dir)
    last(
        remove(
            empty_workspace,
            RemovalTools(Repainter(seed=1), segmenter),
            views.objects[2:],
            RemovalMeasures(None),
        )
    )
    after = first(empty_workspace)
    assert (after.removal, after.mask_sha256) == (before.removal, before.mask_sha256)
    assert after.output_sha256 != before.output_sha256
    assert made.output(after.removal, 0, 0, 0) != shown
    again = RemovalPictures(empty_workspace, Renditions(empty_workspace).kept)
    assert again.output(after.removal, 0, 0, 0) == made.output(after.removal, 0, 0, 0)


def test_what_is_lost_or_never_was_says_so(empty_workspace, views, made):
    each = first(empty_workspace)
    path = next((empty_workspace.data / "media").rglob(f"{each.output_sha256}.png"))
    shown = made.output(each.removal, 0, 0, 0)
    shutil.rmtree(empty_workspace.data / "renditions")
    again = RemovalPictures(empty_workspace, Renditions(empty_workspace).kept)
    assert again.output(each.removal, 0, 0, 0) == shown  # decoded anew
    shutil.rmtree(empty_workspace.data / "renditions")
    path.unlink()
    again = RemovalPictures(empty_workspace, Renditions(empty_workspace).kept)
    with pytest.raises(PhotoError, match="curate doctor"):
        again.output(each.removal, 0, 0, 0)
    with pytest.raises(NotFoundError):
        made.output(uuid4(), 0, 0, 0)
    with pytest.raises(NotFoundError):
        made.photo("0" * 64, 0, 0, 0)
