"""Pictures for screens: right pixels, made once, kept privately, and never of another photo."""

from __future__ import annotations

import io
import os
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import fsspec
import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from curate.database import fingerprints, objects, photo_intake, photos
from curate.errors import NotFoundError, PhotoError, WorkspaceError
from curate.photos.facts import examine
from curate.photos.locations import file_uri
from curate.records import Box, Detection, PhotoRights
from curate.workflows.rendition_files import RenditionFiles
from curate.workflows.renditions import CROP_SIDE, Renditions, with_margin
from curate.workspace import Workspace, create
from stored_photos import DETECTOR

RED, GREY = (220, 30, 30), (128, 128, 128)
SIZE = (3000, 2000)
EVERYONE = 0o077


class CountedFiles(MemoryFileSystem):
    """Files at ``counted://`` that remember how often they were read."""

    protocol = "counted"
    reads: ClassVar[list[str]] = []

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("counted://", "memory://"))

    def cat_file(self, path, start=None, end=None, **options):
        self.reads.append(path)
        return super().cat_file(path, start, end, **options)


fsspec.register_implementation("counted", CountedFiles, clobber=True)


@pytest.fixture
def workspace(tmp_path, database_url, monkeypatch) -> Iterator[Workspace]:
    """An empty one on the tests' server, which takes a tenth of the time of one with its own."""
    monkeypatch.setenv("CURATE_DATABASE_URL", database_url)
    create(tmp_path / "ws")
    with Workspace.open(tmp_path / "ws") as opened:
        yield opened


@pytest.fixture
def photo(tmp_path) -> Path:
    """A grey photo with a red rectangle that fills the box 600, 400, 1200 x 800."""
    path = tmp_path / "shelf.jpg"
    drawn = Image.new("RGB", SIZE, GREY)
    drawn.paste(RED, (600, 400, 1800, 1200))
    drawn.save(path, quality=95)
    return path


def sha256_of(workspace, path, uri=None) -> str:
    """Take a photo in as ingest does, but without its processes; the photo's sha256."""
    made = examine(path.read_bytes(), uri or file_uri(path))
    thumbnail = workspace.media.put(made.thumbnail, ".webp")
    with workspace.transaction() as session:
        key = photo_intake.record_photo(session, made.facts, thumbnail, PhotoRights()).key
        photo_intake.record_file(session, made.uri, key, "token")
    return made.facts.sha256


def detected(workspace, sha256, *boxes) -> list[UUID]:
    with workspace.transaction() as session:
        key = photos.by_sha256(session, [sha256])[sha256].id
        model = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
        found = [Detection(box, 0.9, "jug") for box in boxes]
        objects.record_detections(session, photos.by_keys(session, [key])[key], model, DETECTOR, found)
    return [objects.object_id(sha256, DETECTOR, box) for box in boxes]


def opened(data) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.mode, dict(picture.getexif())) == ("WEBP", "RGB", {})
    return picture


def colour(picture, x, y) -> list[int]:
    """The colour at a place given in shares of the picture, in steps that survive compression."""
    pixel = picture.getpixel((int(x * picture.width), int(y * picture.height)))
    return (np.round(np.array(pixel) / 32) * 32).astype(int).tolist()


def kept_files(workspace) -> list[Path]:
    return [path for path in (workspace.data / "renditions").rglob("*") if path.is_file()]


def test_a_crop_shows_the_object_with_a_margin_around_it(workspace, photo):
    [object_id] = detected(workspace, sha256_of(workspace, photo), Box(600, 400, 1200, 800))
    crop = opened(Renditions(workspace).crop(object_id))
    assert crop.size == (480, 320)
    margin = 0.15 / 1.3  # as a share of the crop
    assert colour(crop, 0.5, 0.5) == colour(crop, margin + 0.03, margin + 0.03) == [224, 32, 32]
    assert colour(crop, margin - 0.03, 0.5) == colour(crop, 0.5, 1 - margin + 0.03) == [128, 128, 128]


def test_small_objects_keep_their_pixels_and_objects_at_the_border_stay_inside(workspace, photo):
    sha256 = sha256_of(workspace, photo)
    small, corner, dot = detected(
        workspace, sha256, Box(700, 500, 60, 40), Box(2900, 1950, 100, 50), Box(10, 10, 0.5, 0.25)
    )
    renditions = Renditions(workspace)
    assert opened(renditions.crop(small)).size == (78, 52)
    assert opened(renditions.crop(corner)).size == (115, 58)
    assert opened(renditions.crop(dot)).size == (1, 1)


@pytest.mark.parametrize(("side", "size"), [(640, (640, 427)), (1280, (1280, 853)), (2560, (2560, 1707))])
def test_a_photo_is_scaled_to_its_longest_side(workspace, photo, side, size):
    assert opened(Renditions(workspace).photo(sha256_of(workspace, photo), side)).size == size


def test_nothing_is_enlarged(workspace, tmp_path):
    Image.new("RGB", (300, 200), RED).save(tmp_path / "small.png")
    sha256 = sha256_of(workspace, tmp_path / "small.png")
    assert opened(Renditions(workspace).photo(sha256, 1280)).size == (300, 200)


def test_boxes_and_photos_are_upright_whatever_the_file_says(workspace, tmp_path):
    lying = Image.new("RGB", (1200, 800), GREY)
    lying.paste(RED, (0, 0, 300, 300))  # upright: the upper right corner
    exif = Image.Exif()
    exif[0x0112] = 6
    lying.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    sha256 = sha256_of(workspace, tmp_path / "turned.jpg")
    [object_id] = detected(workspace, sha256, Box(500, 0, 300, 300))
    renditions = Renditions(workspace)
    assert opened(renditions.photo(sha256, 640)).size == (427, 640)
    assert colour(opened(renditions.crop(object_id)), 0.9, 0.1) == [224, 32, 32]


def test_the_thumbnail_is_the_one_ingest_made(workspace, photo):
    sha256 = sha256_of(workspace, photo)
    with workspace.transaction() as session:
        stored = photos.by_sha256(session, [sha256])[sha256].thumbnail_sha256
    assert Renditions(workspace).thumb(sha256) == workspace.media.get(stored, ".webp")


def test_a_kept_picture_needs_neither_the_original_nor_another_decode(workspace, photo):
    sha256 = sha256_of(workspace, photo)
    first = Renditions(workspace).photo(sha256, 640)
    photo.unlink()
    assert Renditions(workspace).photo(sha256, 640) == first


def test_the_folder_may_be_deleted_while_the_app_runs(workspace, photo):
    sha256 = sha256_of(workspace, photo)
    renditions = Renditions(workspace)
    first = renditions.photo(sha256, 640)
    shutil.rmtree(workspace.data / "renditions")
    assert renditions.photo(sha256, 640) == first


def test_many_who_ask_at_once_make_one_picture(workspace, photo):
    counted = CountedFiles()
    counted.pipe_file("/shelf.jpg", photo.read_bytes())
    sha256 = sha256_of(workspace, photo, "counted://shelf.jpg")
    renditions = Renditions(workspace)
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: renditions.photo(sha256, 640), range(32)))
    assert len(set(made)) == len(counted.reads) == 1


def test_kept_pictures_are_for_the_owner_only(workspace, photo):
    Renditions(workspace).photo(sha256_of(workspace, photo), 640)
    root = workspace.data / "renditions"
    for path in (root, *root.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & EVERYONE


def test_a_changed_original_is_not_shown(workspace, photo):
    sha256 = sha256_of(workspace, photo)
    Image.new("RGB", SIZE, RED).save(photo)
    with pytest.raises(PhotoError, match="changed since it was ingested"):
        Renditions(workspace).photo(sha256, 640)
    photo.unlink()
    with pytest.raises(PhotoError, match="gone"):
        Renditions(workspace).photo(sha256, 640)
    assert kept_files(workspace) == []


def test_a_lost_thumbnail_says_who_mends_it(workspace, photo):
    sha256 = sha256_of(workspace, photo)
    for path in (workspace.data / "media").rglob("*.webp"):
        path.unlink()
    with pytest.raises(PhotoError, match="curate doctor"):
        Renditions(workspace).thumb(sha256)


def test_what_is_not_here_is_not_found(workspace):
    renditions = Renditions(workspace)
    for ask in (
        lambda: renditions.thumb("0" * 64),
        lambda: renditions.photo("0" * 64, 640),
        lambda: renditions.crop(UUID(int=0)),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_a_folder_that_cannot_be_written_is_a_sentence(workspace, photo):
    sha256 = sha256_of(workspace, photo)
    (workspace.data / "renditions").write_text("in the way")
    with pytest.raises(WorkspaceError, match="make room or mend"):
        Renditions(workspace).photo(sha256, 640)


def test_the_pictures_made_first_make_way(tmp_path):
    files = RenditionFiles(tmp_path / "renditions", 10**9)
    names = [f"{number:02x}" * 32 + ".webp" for number in range(20)]
    for second, name in enumerate(names):
        files.write(name, bytes(100))
        os.utime(tmp_path / "renditions" / name[:2] / name, (second, second))
    small = RenditionFiles(tmp_path / "renditions", 1_000)
    assert small.prune() == 11
    assert [name for name in names if small.read(name)] == names[11:]
    assert small.prune() == 0


def test_pruning_bears_with_folders_that_go_while_it_looks(tmp_path):
    root = tmp_path / "renditions"
    files = RenditionFiles(root, 10)
    RenditionFiles(root, 10**9).write("ab-crop.webp", bytes(100))
    (root / "00").symlink_to(root / "gone")  # listed, and not there any more when it is opened
    (root / "zz").write_bytes(b"in the way")
    assert files.prune() == 1
    assert files.read("ab-crop.webp") is None


@given(
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.tuples(st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0.001, 1), st.floats(0.001, 1)),
)
def test_the_margin_never_leaves_the_photo_and_never_loses_the_object(width, height, shares):
    x, y = shares[0] * width, shares[1] * height
    box = Box(x, y, shares[2] * width, shares[3] * height)
    wide, inside = with_margin(box, width, height), box.clipped(width, height)
    assert inside is not None
    slack = 1e-6
    assert -slack <= wide.x <= inside.x + slack
    assert -slack <= wide.y <= inside.y + slack
    assert inside.right - slack <= wide.right <= width + slack
    assert inside.bottom - slack <= wide.bottom <= height + slack


def test_a_crop_is_never_larger_than_promised(workspace, photo):
    boxes = [Box(100.3 + n, 50.7, 901.9 + 7.3 * n, 700.2) for n in range(8)]
    ids = detected(workspace, sha256_of(workspace, photo), *boxes)
    renditions = Renditions(workspace)
    assert {max(opened(renditions.crop(each)).size) for each in ids} <= {CROP_SIDE - 1, CROP_SIDE}
