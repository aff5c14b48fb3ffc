"""An exported folder, read back with the consumer's library."""

from __future__ import annotations

import errno
import hashlib
import io
import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path

import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from curate.errors import ExportError, PhotoError
from curate.exporters import staging
from curate.exporters.conversion import convert_folder
from curate.exporters.verify import listed_records, verify
from curate.manifest_records import ManifestSpec
from curate.photos.reading import decode
from subject_manifest import write_subject


@pytest.fixture
def offline(monkeypatch, tmp_path_factory):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
    return str(tmp_path_factory.mktemp("cache"))


def test_hugging_face_datasets_opens_it_without_listing_it(approved, manifest, offline, monkeypatch):
    listed, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder=".": listed.append(str(folder)) or scandir(folder))
    splits = datasets.load_dataset(str(manifest), cache_dir=offline)
    assert not [folder for folder in listed if folder.startswith(str(manifest))]
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 5, "validation": 4, "test": 4}
    by_id = {record.sample_id: record for record in approved.records}
    for rows in splits.values():
        for row in rows:
            record = by_id[row["sample_id"]]
            views = [record.target, *record.references]
            for picture, view in zip([row["target"], *row["reference"]], views, strict=True):
                assert np.array_equal(np.asarray(picture), decode(approved.read(view)))
            assert row["box"] == [4.5, 6.25, 30.5, 31.0]
            assert row["caption"] == "a photo of a vase"
            assert row["similarities"] == list(record.similarities)
            assert row["decision_ids"] == list(record.decision_ids)


def test_its_cache_tells_exports_of_one_name_apart(approved, manifest, offline, tmp_path):
    renamed = [replace(record, caption="her red jug") for record in approved.records]
    other = replace(approved, records=renamed).write(tmp_path / "other").directory
    prompts = convert_folder(other, "diffusers", tmp_path / "diffusers").directory
    found = [
        set(datasets.load_dataset(str(folder), cache_dir=offline, split="test")[column])
        for folder, column in ((manifest, "caption"), (other, "caption"), (prompts, "edit_prompt"))
    ]
    assert found == [{"a photo of a vase"}, {"her red jug"}, {"her red jug"}]


def test_crops_are_the_pixels_of_the_boxes(approved, tmp_path, offline):
    manifest = approved.write(tmp_path, crops=True).directory
    assert verify(manifest).counts["train"] == 5
    row = datasets.load_dataset(str(manifest), cache_dir=offline)["train"][0]
    record = next(record for record in approved.records if record.sample_id == row["sample_id"])
    assert np.array_equal(np.asarray(row["target"]), decode(approved.read(record.target))[6:38, 4:35])
    assert row["box"] == [0.5, 0.25, 30.5, 31.0]


def test_it_verifies_and_lists_its_records(approved, manifest):
    verified = verify(manifest)
    assert verified.counts == {"train": 5, "validation": 4, "test": 4, "groups": 3, "photos": 13, "files": 18}
    assert verified.parameters["seed"] == 7
    listed = list(listed_records(manifest))
    assert {record.sample_id for record in listed} == {record.sample_id for record in approved.records}
    assert {decision for record in listed for decision in record.decision_ids} == {
        decision for record in approved.records for decision in record.decision_ids
    }


def test_the_same_set_in_any_order_is_the_same_bytes(approved, tmp_path, tree_of):
    first = approved.write(tmp_path / "a").directory
    before = os.umask(0o077)
    try:
        second = replace(approved, records=approved.records[::-1]).write(tmp_path / "b").directory
    finally:
        os.umask(before)
    assert tree_of(first) == tree_of(second)


def test_a_second_export_finds_the_first(approved, manifest):
    steps = []
    again = approved.write(manifest.parent, on_step=lambda done, total: steps.append((done, total)))
    assert again.already_there
    assert steps == [(n, 13) for n in range(1, 14)]
    assert list(manifest.parent.iterdir()) == [manifest]


def test_another_set_under_the_same_name_is_refused(approved, manifest, tree_of):
    before = tree_of(manifest)
    with pytest.raises(ExportError, match="another manifest: move it away"):
        replace(approved, records=approved.records[:5]).write(manifest.parent)
    assert tree_of(manifest) == before


def test_a_damaged_manifest_is_not_taken_for_this_one(approved, manifest):
    (manifest / "README.md").write_text("mine")
    with pytest.raises(ExportError, match=r"README.md was changed.*Move it away"):
        approved.write(manifest.parent)


def test_a_photo_that_changed_since_ingest_is_refused_and_nothing_is_left(approved, tmp_path):
    changed = {sha256: data + b"!" for sha256, data in approved.photos.items()}
    with pytest.raises(ExportError, match="has changed since it was ingested"):
        replace(approved, photos=changed).write(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_photo_that_vanished_is_named(approved, tmp_path):
    def read(view):
        return (tmp_path / view.photo_sha256).read_bytes()

    spec = ManifestSpec("a", "1", "subject")
    with pytest.raises(ExportError, match=r"file:///photos/\d.jpg cannot be read \(No such file"):
        write_subject(approved.records, spec, tmp_path, read, decode)


def test_a_photo_that_no_source_gives_is_named_with_what_to_do(approved, tmp_path):
    def read(view):
        raise PhotoError("The file is gone.")

    spec = ManifestSpec("a", "1", "subject")
    words = (
        r"file:///photos/\d.jpg cannot be read \(The file is gone\): put it back, or .*`curate decide undo"
    )
    with pytest.raises(ExportError, match=words):
        write_subject(approved.records, spec, tmp_path, read, decode)


def test_consent_stands_beside_the_licence_in_the_table_and_the_card(approved, tmp_path):
    first, *others = approved.records
    told = replace(first, target=replace(first.target, consent="signed 2024-05-01"))
    folder = replace(approved, records=[told, *others]).write(tmp_path).directory
    rows = pq.read_table(folder / told.split / "metadata.parquet").to_pylist()
    consents = {row["sample_id"]: row["consent"] for row in rows}
    assert consents.pop(told.sample_id) == "signed 2024-05-01"
    assert set(consents.values()) == {None}
    assert all(row["reference_consents"] == [None] * len(row["reference_file_names"]) for row in rows)
    assert "| `reference_consents` |" in (folder / "README.md").read_text()
    verify(folder)


def test_a_full_disk_is_one_sentence_and_nothing_is_left(approved, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(staging.os, "fsync", full)
    with pytest.raises(ExportError, match="The disk is full: make room in"):
        approved.write(tmp_path)
    assert not list(tmp_path.iterdir())


def _write_and_stop(approved, directory: Path, started) -> None:
    def stop(done: int, total: int) -> None:
        if done == 3:
            started.set()
            signal.pause()

    approved.write(directory, on_step=stop)


def test_a_killed_export_leaves_nothing_that_looks_finished_and_the_next_cleans_up(approved, tmp_path):
    context = multiprocessing.get_context("fork")
    started = context.Event()
    process = context.Process(target=_write_and_stop, args=(approved, tmp_path, started))
    process.start()
    assert started.wait(20)
    # An export that is still alive keeps its folder.
    (unfinished,) = tmp_path.iterdir()
    other = replace(approved, records=approved.records[:5])
    write_subject(other.records, ManifestSpec("other", "1", "subject"), tmp_path, other.read, decode)
    assert unfinished.exists()
    process.kill()
    process.join()
    assert not (tmp_path / "jugs-1.0").exists()
    verify(approved.write(tmp_path).directory)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jugs-1.0", "other-1"]


def test_a_photo_in_two_splits_is_refused(approved, tmp_path):
    records = [replace(approved.records[0], split="test"), *approved.records[1:]]
    with pytest.raises(ExportError, match=r"splits leak, group \w+ is in test and train"):
        replace(approved, records=records).write(tmp_path)


@pytest.mark.parametrize("name", ["../up", "", ".hidden", "a/b", "a b"])
def test_a_name_that_is_no_folder_name_is_refused(approved, tmp_path, name):
    with pytest.raises(ExportError, match="cannot be part of a folder name"):
        write_subject(approved.records, ManifestSpec(name, "1", "subject"), tmp_path, approved.read, decode)


def test_nothing_approved_is_refused(approved, tmp_path):
    with pytest.raises(ExportError, match="accept groups with `curate decide`"):
        replace(approved, records=[]).write(tmp_path)


def test_gps_is_gone_from_an_exported_photo(records_of, approved_set, pixels, encoded, tmp_path):
    place = Image.Exif()
    place[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0)}
    files = [encoded(pixels(n), exif=place.tobytes()) for n in range(4)]
    assert all(Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825) for data in files)
    photos = {hashlib.sha256(data).hexdigest(): data for data in files}
    written = approved_set(records_of(files), photos).write(tmp_path)
    pictures = list(written.directory.glob("train/*/*"))
    assert len(pictures) == 4
    assert not any(Image.open(path).getexif() for path in pictures)


def test_the_card_has_the_header_the_hub_reads(manifest):
    from huggingface_hub import DatasetCard

    card = DatasetCard((manifest / "README.md").read_text())
    assert card.data.license == "cc0-1.0"
    assert card.data.pretty_name == "jugs 1.0"
    assert card.data.size_categories == ["n<1K"]
