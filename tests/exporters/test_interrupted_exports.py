"""An export that is killed, or finds the disk full, leaves nothing that looks finished."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import resource
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from curate.errors import ExportError, VerificationError
from curate.exporters.export_folder import write_folder
from curate.exporters.manifest_file import NAME
from curate.exporters.verify import verify
from curate.manifest_records import ManifestSpec
from curate.photos.reading import decode
from subject_manifest import write_subject

FORK = multiprocessing.get_context("fork")
SPEC = ManifestSpec("jugs", "1", "subject")
FORMATS = ("imagefolder", "webdataset")


def write(approved, directory: Path, layout: str = "imagefolder") -> Path:
    spec = replace(SPEC, format=layout)
    return write_subject(approved.records, spec, directory, approved.read, decode).directory


def killed_at(approved, directory: Path, layout: str, moment: int | float) -> None:
    """Export in a process of its own that dies before its n-th fsync, or after so many seconds."""
    process = FORK.Process(target=_write_and_die, args=(approved, directory, layout, moment))
    process.start()
    process.join(moment if isinstance(moment, float) else 60)
    process.kill()
    process.join()


def _write_and_die(approved, directory: Path, layout: str, moment: int | float) -> None:
    sync, count = os.fsync, iter(range(1, 1 << 30))

    def die(handle: int) -> None:
        if next(count) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(handle)

    os.fsync = die
    write(approved, directory, layout)


def check(approved, directory: Path, layout: str, clean: dict, tree_of) -> None:
    """Nothing that was left verifies but the finished folder, and another export mends it all."""
    for manifest in directory.rglob(NAME):
        if manifest.parent != directory / "jugs-1":
            with pytest.raises(VerificationError, match="left unfinished"):
                verify(manifest.parent)
    if (directory / "jugs-1").exists():
        verify(directory / "jugs-1")
    assert tree_of(write(approved, directory, layout)) == clean
    assert [path.name for path in directory.iterdir()] == ["jugs-1"]


@pytest.fixture(scope="module")
def syncs(approved, tmp_path_factory):
    """How often an export says fsync, by format, and what it writes."""

    def count(layout: str) -> tuple[int, Path, float]:
        directory, done, sync = tmp_path_factory.mktemp(layout), [], os.fsync
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(os, "fsync", lambda handle: (done.append(handle), sync(handle)))
            began = time.monotonic()
            folder = write(approved, directory, layout)
        return len(done), folder, time.monotonic() - began

    return {layout: count(layout) for layout in FORMATS}


@pytest.mark.parametrize("layout", FORMATS)
def test_a_kill_leaves_nothing_that_verifies(approved, syncs, tmp_path, tree_of, layout):
    number, folder, seconds = syncs[layout]
    clean = tree_of(folder)
    moments: list[int | float] = [number // 2, number - 8, number - 1, number]
    for at, moment in enumerate([*moments, random.uniform(0, seconds)]):
        directory = tmp_path / str(at)
        directory.mkdir()
        killed_at(approved, directory, layout, moment)
        check(approved, directory, layout, clean, tree_of)


@pytest.mark.slow
@pytest.mark.parametrize("layout", FORMATS)
def test_a_kill_at_any_moment_leaves_nothing_that_verifies(approved, syncs, tmp_path, tree_of, layout):
    number, folder, seconds = syncs[layout]
    clean = tree_of(folder)
    times = [random.uniform(0, 1.2 * seconds) for _ in range(100)]
    for at, moment in enumerate([*range(1, number + 1), *times]):
        directory = tmp_path / str(at)
        directory.mkdir()
        killed_at(approved, directory, layout, moment)
        check(approved, directory, layout, clean, tree_of)


KINDS = (".jpg", ".png", ".parquet", ".tar", "croissant.json", "README.md", "SHA256SUMS", NAME, "/train")


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_one_sentence_whatever_file_meets_it(approved, tmp_path, monkeypatch, kind):
    sync, met = os.fsync, []

    def full(handle: int) -> None:
        if str(Path(f"/proc/self/fd/{handle}").readlink()).endswith(kind):
            met.append(handle)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="The disk is full: make room in"):
        write(approved, tmp_path, "webdataset" if kind == ".tar" else "imagefolder")
    assert met
    assert not list(tmp_path.iterdir())


def _write_little(approved, directory: Path, layout: str, told) -> None:
    """The kernel refuses whatever makes a file larger than any picture, in libraries too."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY))
    try:
        write(approved, directory, layout)
    except ExportError as error:
        told.put(str(error))


@pytest.mark.parametrize("layout", FORMATS)
def test_a_library_that_cannot_write_is_one_sentence_too(approved, tmp_path, layout):
    told = FORK.Queue()
    process = FORK.Process(target=_write_little, args=(approved, tmp_path, layout, told))
    process.start()
    assert "File too large): mend that or export" in told.get(timeout=60)
    process.join()
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read_is_told_from_what_cannot_be_written(tmp_path):
    def samples():
        yield (tmp_path / "gone.png").read_bytes()

    with pytest.raises(ExportError, match=r"/gone\.png cannot be read \(No such file or directory\)"):
        write_folder(samples(), SPEC, tmp_path / "out", records=1)
    assert not list((tmp_path / "out").iterdir())
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match=r"/file/deeper/jugs-1 cannot be written \(Not a directory\)"):
        write_folder(samples(), SPEC, tmp_path / "file" / "deeper", records=1)
