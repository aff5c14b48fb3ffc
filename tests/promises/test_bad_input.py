"""Whatever a folder holds and whatever happens meanwhile: a reason is kept and nothing else is lost."""

from __future__ import annotations

import io
import os
import shutil
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import psutil
import pytest
from PIL import Image

from chain import RIGHTS, last, make_workspace
from crashing_reader import crash_at_seven
from curate.errors import CurateError, DatabaseError, MediaError, SearchIndexError, WorkspaceError
from curate.photos.sources import file_uri
from curate.vision.loading import load_detector, load_embedder
from curate.workflows import reading
from curate.workflows.detect import detect
from curate.workflows.doctor import examine_workspace
from curate.workflows.embed import embed
from curate.workflows.failures import failures
from curate.workflows.index_upkeep import state
from curate.workflows.ingest import ingest
from curate.workflows.status import status
from curate.workspace import Workspace
from many_photos import draw_photos

pillow_heif.register_heif_opener(thumbnails=False)


def picture(seed: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Smooth colours, different for every seed."""
    corners = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return Image.fromarray(corners).resize(size, Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def oriented(seed: int, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture(seed), "JPEG", exif=exif)


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 100,000 x 100,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


def jpeg(seed: int) -> bytes:
    return encoded(picture(seed), "JPEG", quality=95)


GOOD = {
    "plain.jpg": jpeg(1),
    "cmyk.jpg": encoded(picture(2).convert("CMYK"), "JPEG"),
    "sixteen.png": encoded(Image.fromarray(np.arange(96 * 64, dtype=np.uint16).reshape(64, 96) * 10), "PNG"),
    "moving.gif": encoded(
        picture(3).convert("P"), "GIF", save_all=True, append_images=[picture(4).convert("P")]
    ),
    "phone.heic": encoded(picture(5), "HEIF"),
    "broken exif.jpg": encoded(picture(6), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    "with space.webp": encoded(picture(7), "WEBP"),
    "new\nline.bmp": encoded(picture(8), "BMP"),
    "Übergröße 写真.tif": encoded(picture(9), "TIFF"),
    **{f"turned {n}.jpg": oriented(10 + n, n) for n in range(1, 9)},
}
BAD = {
    "empty.jpg": (b"", "empty"),
    "text.jpg": (b"this is no photo, it is a letter", "text"),
    "cut.jpg": (jpeg(30)[:-200], "cut short"),
    "cut.png": (encoded(picture(31), "PNG")[:-60], "cut short"),
    "bomb.png": (bomb(), "pixels"),
}


def summary_of(workspace: Workspace, *paths: Path, **options: bool):
    return last(ingest(workspace, list(map(str, paths)), RIGHTS, **options))


@pytest.fixture
def detector(offline_models):
    return load_detector("nanodet", load_models_dir())


@pytest.fixture
def embedder(offline_models):
    return load_embedder("sscd", load_models_dir())


def load_models_dir() -> Path:
    from curate.settings import load_settings

    return load_settings(None).models_dir


def fill(folder: Path) -> Path:
    """Put every kind of good and bad photo into a new folder."""
    (folder / "deep").mkdir(parents=True)
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "deep" / os.fsdecode(b"caf\xe9.jpg")).write_bytes(jpeg(40))
    (folder / "deep" / "plain again.jpg").write_bytes(GOOD["plain.jpg"])
    (folder / "deep" / "loop").symlink_to(folder)
    (folder / "notes.txt").write_text("not a photo")
    return folder


@dataclass(frozen=True)
class TakenIn:
    """A folder of everything, and a workspace into which it was taken once. Nobody may change them."""

    zoo: Path
    root: Path
    told: Mapping[str, Any]


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("zoo")
    zoo = fill(folder / "zoo")
    with make_workspace(folder / "ws") as workspace:
        return TakenIn(zoo, folder / "ws", summary_of(workspace, zoo))


@pytest.fixture
def copied(taken_in: TakenIn, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of that workspace, which a test may change."""
    shutil.copytree(taken_in.root, tmp_path / "copied")
    with Workspace.open(tmp_path / "copied") as workspace:
        yield workspace


def test_a_folder_of_everything_gives_photos_for_the_good_and_reasons_for_the_bad(taken_in, copied):
    zoo, told = taken_in.zoo, taken_in.told
    assert told["new"] == len(GOOD) + 1
    assert told["same_bytes_elsewhere"] == 1
    assert told["failed"] == len(BAD) + 1  # the link that leads back
    assert told["not_photos"] == 1
    reasons = {failure.subject: failure.reason for failure in failures(copied)}
    for name, (_, word) in BAD.items():
        assert word in reasons[file_uri(zoo / name)].lower()
    assert "link" in reasons[file_uri(zoo / "deep" / "loop")]


def test_ingesting_it_again_reads_nothing_again_and_a_mended_file_is_noticed(tmp_path, empty_workspace):
    zoo = fill(tmp_path / "zoo")
    summary_of(empty_workspace, zoo)
    again = summary_of(empty_workspace, zoo)
    assert (again["new"], again["failed_before"]) == (0, len(BAD))
    (zoo / "empty.jpg").write_bytes(jpeg(50))
    mended = summary_of(empty_workspace, zoo)
    assert mended["new"] == 1
    assert file_uri(zoo / "empty.jpg") not in {each.subject for each in failures(empty_workspace)}
    retried = summary_of(empty_workspace, zoo, retry_failed=True)
    assert retried["failed"] >= len(BAD) - 1


def test_the_upright_size_is_stored_for_all_eight_orientations(copied):
    with copied.transaction() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT orientation, width, height FROM photos JOIN photo_files ON photo_id = id"
            " WHERE uri LIKE '%%turned%%' ORDER BY orientation"
        )
        assert [tuple(row) for row in rows] == [(n, 96, 64) if n < 5 else (n, 64, 96) for n in range(1, 9)]


def test_every_good_photo_goes_through_detection_and_embedding(copied, detector, embedder):
    told = last(detect(copied, detector))
    assert (told["photos"], told["failed"]) == (len(GOOD) + 1, 0)
    assert last(embed(copied, embedder))["failed"] == 0


def test_a_photo_that_vanishes_or_changes_between_stages_fails_alone(tmp_path, empty_workspace, detector):
    photos = tmp_path / "photos"
    draw_photos(photos, 4, seed=3)
    summary_of(empty_workspace, photos)
    gone, changed, *_ = sorted(photos.iterdir())
    gone.unlink()
    changed.write_bytes(jpeg(60))
    told = last(detect(empty_workspace, detector))
    assert (told["photos"], told["failed"]) == (2, 2)
    reasons = {each.subject: each.reason for each in failures(empty_workspace, "detect")}
    assert "curate ingest" in reasons[file_uri(changed)]
    assert last(detect(empty_workspace, detector))["failed"] == 0  # not tried again by itself
    assert last(detect(empty_workspace, detector, retry_failed=True))["failed"] == 2


def test_a_photo_that_crashes_its_reader_fails_alone(tmp_path, empty_workspace, monkeypatch):
    """A worker that is killed while it reads stands for a decoder that crashes or eats all memory."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(8):
        (photos / f"{number:02d}.jpg").write_bytes(jpeg(70 + number))
    monkeypatch.setattr(reading, "examine_file", crash_at_seven)
    told = summary_of(empty_workspace, photos)
    assert (told["new"], told["failed"]) == (7, 1)
    (failure,) = failures(empty_workspace)
    assert failure.subject == file_uri(photos / "07.jpg")
    assert "ended the process" in failure.reason


class KillsPostgres:
    """A real detector, and a Postgres that dies while it looks at the second batch."""

    def __init__(self, detector, workspace: Workspace) -> None:
        self._detector, self._workspace = detector, workspace
        self.name, self.fingerprint, self.batch_size = detector.name, detector.fingerprint, 1
        self.calls = 0

    def detect(self, photos):
        self.calls += 1
        if self.calls == 20:
            for process in psutil.process_iter(["cwd", "name"]):
                if (process.info["cwd"] or "").startswith(str(self._workspace.data)):
                    process.send_signal(signal.SIGKILL)
        return self._detector.detect(photos)


def test_what_was_committed_survives_when_postgres_goes_away_in_the_middle(tmp_path, detector):
    draw_photos(tmp_path / "photos", 24, seed=4, side=320)
    with make_workspace(tmp_path / "ws") as workspace:
        summary_of(workspace, tmp_path / "photos")
        with pytest.raises(DatabaseError, match="run the same command again"):
            last(detect(workspace, KillsPostgres(detector, workspace)))
    with Workspace.open(tmp_path / "ws") as workspace:
        (before,) = status(workspace)["detectors"]
        assert before["photos"] == 16
        assert last(detect(workspace, detector))["photos"] == 8


HOLD = """
import sys
from pathlib import Path
from index.shards import opened
shard = next(path for path in Path(sys.argv[1]).iterdir() if path.is_dir())
with opened(shard, wait_seconds=30):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_an_index_that_another_process_holds_is_a_sentence_and_costs_nothing(mined, tmp_path, monkeypatch):
    shutil.copytree(mined.root, tmp_path / "ws")
    monkeypatch.setenv("CURATE_INDEX_WAIT_SECONDS", "0.2")
    with Workspace.open(tmp_path / "ws") as workspace:
        before = state(workspace)
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(workspace.data / "index")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SearchIndexError, match="held by another process"):
            state(workspace)
        holder.communicate()
        assert state(workspace) == before


needs_mount = pytest.mark.skipif(
    subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0
    if shutil.which("unshare")
    else True,
    reason="a small file system can only be mounted by root: run the tests as root",
)


@needs_mount
def test_a_full_disk_is_a_sentence_and_the_rerun_does_what_is_left(tmp_path, detector):
    small, photos = tmp_path / "small", tmp_path / "photos"
    small.mkdir()
    draw_photos(photos, 40, seed=5, side=320)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80k", "tmpfs", str(small)], check=True)
    try:
        with make_workspace(tmp_path / "ws") as workspace:
            (workspace.data / "media").symlink_to(small)
            with pytest.raises(MediaError, match="make room"):
                summary_of(workspace, photos)
            assert all(path.stat().st_size for path in small.rglob("*.webp"))
            subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
            told = summary_of(workspace, photos)
            assert told["new"] + told["already_here"] == 40
            assert list(examine_workspace(workspace)) == []
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user: run the tests as root")
def test_a_workspace_of_another_user_is_refused_with_a_sentence(tmp_path):
    with make_workspace(tmp_path / "ws"):
        pass
    os.chown(tmp_path / "ws" / ".recurate", 65534, 65534)
    with pytest.raises(WorkspaceError, match="belongs to another user"):
        Workspace.open(tmp_path / "ws")


def test_a_moved_workspace_goes_on_where_it_was(tmp_path, taken_in, copied):
    copied.close()
    copied.root.rename(tmp_path / "dorthin — später")
    with Workspace.open(tmp_path / "dorthin — später") as workspace:
        assert summary_of(workspace, taken_in.zoo)["new"] == 0


def test_a_path_that_does_not_exist_is_refused_before_anything_is_read(empty_workspace, tmp_path):
    with pytest.raises(CurateError, match="There is no file or folder"):
        summary_of(empty_workspace, tmp_path / "nowhere")
