"""Photos that move, are overwritten, touched or broken between two commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from chain import RIGHTS, last
from curate.cli.app import app
from curate.database import failures as failure_rows
from curate.database import photos
from curate.errors import PhotoError
from curate.photos.sources import file_uri, read_photo_bytes
from curate.records import PhotoRef
from curate.workflows.failures import failures
from curate.workflows.ingest import ingest
from curate.workspace import Workspace


def draw(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    return path


def take_in(workspace: Workspace, *inputs: Path) -> dict[str, object]:
    return dict(last(ingest(workspace, list(map(str, inputs)), RIGHTS)))


def refs(workspace: Workspace) -> list[PhotoRef]:
    with workspace.transaction() as session:
        return list(photos.by_keys(session, photos.every_key(session)).values())


def test_a_photo_that_moved_is_read_from_its_new_place_and_tried_again(empty_workspace, tmp_path):
    old = draw(tmp_path / "a" / "jug.png", 1)
    take_in(empty_workspace, old.parent)
    (ref,) = refs(empty_workspace)
    with empty_workspace.transaction() as session:
        for stage in ("detect", "embed"):
            failure_rows.record(session, stage, ref.sha256, "The file is gone.", "model")
    new = tmp_path / "z" / "jug.png"
    new.parent.mkdir()
    shutil.move(old, new)
    assert take_in(empty_workspace, new.parent)["same_bytes_elsewhere"] == 1
    (ref,) = refs(empty_workspace)
    assert ref.uris == (file_uri(new), file_uri(old))
    assert read_photo_bytes(ref) == new.read_bytes()
    assert failures(empty_workspace) == []


def test_a_photo_whose_file_was_overwritten_says_so_and_goes_by_its_sha256(empty_workspace, tmp_path):
    path = draw(tmp_path / "a" / "jug.png", 1)
    take_in(empty_workspace, path)
    (before,) = refs(empty_workspace)
    draw(path, 2)
    take_in(empty_workspace, path)
    (ref,) = (each for each in refs(empty_workspace) if each.sha256 == before.sha256)
    with pytest.raises(PhotoError, match="no longer anywhere known"):
        read_photo_bytes(ref)
    with empty_workspace.transaction() as session:
        failure_rows.record(session, "detect", ref.sha256, "nowhere", "model")
    assert [each.subject for each in failures(empty_workspace)] == [ref.sha256]


def test_a_touched_photo_is_already_here(empty_workspace, tmp_path):
    path = draw(tmp_path / "a" / "jug.png", 1)
    take_in(empty_workspace, path)
    os.utime(path, (1, 1))
    told = take_in(empty_workspace, path)
    assert (told["already_here"], told["same_bytes_elsewhere"]) == (1, 0)


def test_an_ingest_that_only_records_rights_says_so(empty_workspace, tmp_path):
    one, *_ = (draw(tmp_path / "a" / f"{number}.png", number) for number in range(2))

    def said(path: Path, *rights: str) -> str:
        arguments = ["--workspace", str(empty_workspace.root), "ingest", str(path), *rights]
        return CliRunner().invoke(app, arguments).stdout

    assert said(one) == "1 new photo, 0 already here, 0 with the same bytes as another.\n"
    recorded = "Rights that were not known are on record now, of"
    known = "1 new photo, 1 already here, 0 with the same bytes as another."
    assert said(one.parent, "--licence", "MIT") == f"{known} {recorded} 1 photo.\n"
    assert said(one, "--licence", "MIT") == "Nothing new: 1 photo already here.\n"
    consent = "--licence", "CC0-1.0", "--consent", "signed"
    assert said(one.parent, *consent) == f"No new photo: 2 photos already here. {recorded} 2 photos.\n"
    os.utime(one, (1, 1))  # read again
    assert said(one, "--source", "Ada") == f"No new photo: 1 photo already here. {recorded} 1 photo.\n"
    with empty_workspace.transaction() as session:
        stored = photos.by_sha256(session, [each.sha256 for each in refs(empty_workspace)]).values()
        assert {(each.licence, each.consent) for each in stored} == {("MIT", "signed")}


def test_a_broken_file_that_keeps_changing_is_one_failure(empty_workspace, tmp_path):
    path = tmp_path / "broken.jpg"
    for length in (10, 20, 30):
        path.write_bytes(b"\xff\xd8" + bytes(length))
        take_in(empty_workspace, path)
    assert [each.subject for each in failures(empty_workspace)] == [file_uri(path)]


def test_two_ingests_of_the_same_bytes_in_opposite_order_both_end_well(empty_workspace, tmp_path):
    count = 150
    for number in range(count):
        path = draw(tmp_path / "up" / f"{number:03d}.png", number)
        down = tmp_path / "down" / f"{count - number:03d}.png"
        down.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, down)
    curate = [sys.executable, "-m", "curate", "--workspace", str(empty_workspace.root)]
    started = [
        subprocess.Popen(
            [*curate, "ingest", str(tmp_path / folder), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder in ("up", "down")
    ]
    ended = [process.communicate() for process in started]
    for process, (_, said) in zip(started, ended, strict=True):
        assert process.returncode == 0, said
    told = [json.loads(printed) for printed, _ in ended]
    assert sum(each["new"] for each in told) == count
    assert sum(each["same_bytes_elsewhere"] for each in told) == count
    assert all(len(ref.uris) == 2 for ref in refs(empty_workspace))
