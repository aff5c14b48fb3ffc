"""Removal and insertion-pair folders, read back with the consumer's library, verified and forged."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from dataclasses import replace

import datasets
import numpy as np
import pytest
from PIL import Image

from curate.errors import ExportError, VerificationError
from curate.exporters import staging
from curate.exporters.export_folder import write_folder
from curate.exporters.tasks.insertion_pairs import insertion_pair_samples
from curate.exporters.tasks.removal import removal_samples
from curate.exporters.verify import verify
from curate.manifest_records import ManifestSpec
from curate.photos.reading import decode
from curate.records import Box
from drawn_pairs import LIMIT, DrawnPairs
from forgery import listed_files, reseal, rewrite

TASKS = ("removal", "insertion-pairs")


def write(pairs, task, folder, **options):
    spec = ManifestSpec("jugs", "1", task, {"seed": 7})
    samples = (
        removal_samples(pairs.records, pairs.read)
        if task == "removal"
        else insertion_pair_samples(pairs.records, pairs.read, LIMIT)
    )
    return write_folder(samples, spec, folder, records=len(samples), **options).directory


@pytest.fixture
def pairs():
    """Two pairs to train with, one that was aligned and cropped, one held out."""
    drawn = DrawnPairs()
    drawn.add(0, "train")
    drawn.add(1, "train", kind="PNG", consent="signed", object_name=None)
    moved = drawn.add(2, "validation", kind="PNG", verdict="warn", shift=1.4)
    drawn.add(3, "test", held_out=True, width=30, height=50)
    drawn.files[moved.pair_id] = replace(drawn.files[moved.pair_id], crop=Box(3, 2, 60, 40))
    return drawn


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()

    def load(folder):
        return datasets.load_dataset("imagefolder", data_dir=str(folder), cache_dir=str(tmp_path / "cache"))

    return load


def rows_with_pairs(splits, pairs):
    by_photo = {each.factual_sha256: each for each in pairs.records}
    for split, rows in splits.items():
        for row in rows:
            record = by_photo[row["factual_sha256"]]
            assert record.split == split
            yield row, record, pairs.files[record.pair_id]


def test_a_removal_set_loads_as_photos_and_masks_of_one_size(pairs, tmp_path, loaded):
    splits = loaded(write(pairs, "removal", tmp_path))
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 2, "validation": 1, "test": 1}
    for row, record, files in rows_with_pairs(splits, pairs):
        assert np.array_equal(np.asarray(row["input"]), decode(files.factual.data))
        assert np.array_equal(np.asarray(row["target"]), decode(files.counterfactual.data))
        for name, plane in (("mask", files.mask), ("effect_mask", files.effect), ("alpha", files.alpha)):
            assert row[name].mode == "L"
            assert np.array_equal(np.asarray(row[name]), plane)
        assert (row["width"], row["height"]) == row["input"].size
        assert row["object_name"] == record.object_name
        assert row["consent"] == record.consent
        assert (row["qc_verdict"], row["qc_shift"], row["qc_ev"]) == (record.verdict, record.shift, -0.01)
        assert row["held_out"] == (record.split == "test")
        assert row["aligned"] == (record.split == "validation")
        x, y = (3, 2) if row["aligned"] else (0, 0)
        assert row["crop"] == [x, y, row["width"], row["height"]]


def test_an_insertion_input_is_target_inside_the_mask_and_background_outside_it_exactly(
    pairs, tmp_path, loaded
):
    splits = loaded(write(pairs, "insertion-pairs", tmp_path))
    seen = 0
    for row, _, files in rows_with_pairs(splits, pairs):
        given, mask, target, background = (
            np.asarray(row[name]) for name in ("input", "mask", "target", "background")
        )
        assert np.array_equal(given, np.where(mask[..., None] == 255, target, background))
        assert np.array_equal(target, decode(files.factual.data))
        assert np.array_equal(background, decode(files.counterfactual.data))
        assert np.array_equal(np.asarray(row["effect_mask"]), files.effect)
        assert not np.array_equal(given, target)  # the shadow is missing
        seen += 1
    assert seen == 4


@pytest.mark.parametrize("task", TASKS)
def test_it_verifies_and_counts_what_it_holds(pairs, tmp_path, task):
    verified = verify(write(pairs, task, tmp_path))
    assert verified.task == task
    held = {"photos": 8, "scenes": 4, "shoots": 4, "objects": 3}
    assert verified.counts.items() >= {"train": 2, "validation": 1, "test": 1, **held}.items()


@pytest.mark.parametrize("task", TASKS)
def test_the_same_pairs_in_any_order_are_the_same_bytes(pairs, tmp_path, tree_of, task):
    first = write(pairs, task, tmp_path / "a")
    pairs.records.reverse()
    assert tree_of(first) == tree_of(write(pairs, task, tmp_path / "b"))
    assert verify(first).counts["train"] == 2


@pytest.mark.parametrize("task", TASKS)
def test_the_card_and_the_manifest_say_what_white_means(pairs, tmp_path, task):
    from huggingface_hub import DatasetCard

    folder = write(pairs, task, tmp_path)
    card = DatasetCard((folder / "README.md").read_text())
    assert card.data.license == "cc-by-4.0"
    assert card.data.task_categories == ["image-to-image"]
    assert "| `mask` | white (255) is the object" in card.text
    assert '"mask_file_name": "white (255) is the object' in (folder / "manifest.json").read_text()


def test_photos_that_may_leave_keep_their_bytes(pairs, tmp_path):
    folder = write(pairs, "removal", tmp_path)
    for record in pairs.records:
        for sha256 in (record.factual_sha256, record.counterfactual_sha256):
            (path,) = folder.glob(f"{record.split}/{sha256[:2]}/{sha256}.*")
            assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("column", "change", "words"),
    [
        ("mask_file_name", lambda p: np.where(p == 255, 254, p), "values other than 0 and 255"),
        ("mask_file_name", lambda p: p * 0, "has no object"),
        ("mask_file_name", lambda p: p[:-1], "in another size than"),
        ("mask_file_name", lambda p: np.dstack([p] * 3), "values other than 0 and 255"),
        ("effect_mask_file_name", lambda p: p // 2, "values other than 0 and 255"),
        ("target_file_name", lambda p: p[:, 1:], "in another size than"),
    ],
)
def test_a_picture_that_breaks_a_rule_is_found_even_if_sealed(pairs, tmp_path, task, column, change, words):
    folder = write(pairs, task, tmp_path)
    _forge(folder, column, change)
    with pytest.raises(VerificationError, match=words):
        verify(folder)


@pytest.mark.parametrize(
    ("column", "place", "bits"),
    [
        ("input_file_name", (0, 0), 1),
        ("input_file_name", (6, 12), 1),
        ("target_file_name", (6, 12), 1),
        ("background_file_name", (30, 3), 1),
        ("mask_file_name", (6, 12), 255),
    ],
)
def test_one_forged_bit_in_an_insertion_sample_is_found_even_if_sealed(pairs, tmp_path, column, place, bits):
    folder = write(pairs, "insertion-pairs", tmp_path)

    def flip(pixels):
        changed = pixels.copy()
        changed[place] ^= bits
        return changed

    _forge(folder, column, flip)
    with pytest.raises(VerificationError, match="not target inside the mask and background outside it"):
        verify(folder)


def _forge(folder, column, change):
    """Put a changed picture in the place of the first row's, name it after its content, and seal it all."""
    swapped = {}

    def swap(rows):
        old = rows[0][column]
        pixels = np.asarray(Image.open(folder / "train" / old))
        file = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(change(pixels)).astype(np.uint8)).save(file, "PNG")
        sha256 = hashlib.sha256(file.getvalue()).hexdigest()
        new = f"{sha256[:2]}/{sha256}.png"
        (folder / "train" / new).parent.mkdir(exist_ok=True)
        (folder / "train" / new).write_bytes(file.getvalue())
        swapped[new] = sha256
        return [rows[0] | {column: new}, *rows[1:]]

    rewrite(folder, "train", swap)
    _reseal_with(folder, swapped)


def _reseal_with(folder, added):
    reseal(folder, files=listed_files(folder) | {f"train/{name}": sha256 for name, sha256 in added.items()})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mask_sha256": "0" * 64}, "id that does not follow from its photos and mask"),
        ({"held_out": True}, "may be in test only, not in train"),
        ({"crop": [1, 0, 60, 40]}, "is cropped though it was not aligned"),
        ({"crop": [0, 0, 60]}, "crop that is not what its pictures show"),
        ({"width": 61}, "in another size than 61 x 40"),
        ({"licence": "MIT"}, "other licences"),
    ],
)
def test_rows_that_break_a_rule_are_found_even_if_sealed(pairs, tmp_path, change, words):
    folder = write(pairs, "removal", tmp_path)
    rewrite(folder, "train", lambda rows: [rows[0] | change, *rows[1:]])
    with pytest.raises(VerificationError, match=words):
        verify(folder)


def test_masks_of_another_meaning_are_found(pairs, tmp_path):
    folder = write(pairs, "removal", tmp_path)
    reseal(folder, masks={"mask_file_name": "black is the object"})
    with pytest.raises(VerificationError, match="gives the masks another meaning"):
        verify(folder)


@pytest.mark.parametrize("thing", ["shoot_id", "object_key"])
def test_a_shoot_or_an_object_in_two_splits_is_refused(pairs, tmp_path, thing):
    train, test = pairs.records[0], pairs.records[3]
    pairs.records[0] = replace(train, **{thing: getattr(test, thing)})
    with pytest.raises(ExportError, match=r"The splits leak, (shoot|object) .* is in test and train"):
        write(pairs, "removal", tmp_path)
    assert not list(tmp_path.iterdir())


def test_held_out_pairs_are_never_written_to_train(pairs, tmp_path):
    pairs.records[0] = replace(pairs.records[0], held_out=True)
    with pytest.raises(ExportError, match="may be in test only, not in train"):
        write(pairs, "removal", tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda files: replace(files, mask=files.mask[:-1]), "are not of the size of its photos"),
        (lambda files: replace(files, mask=files.mask // 2), "have other values than 0 and 255"),
        (lambda files: replace(files, mask=files.mask * 0), "show no object"),
    ],
)
def test_masks_that_no_trainer_could_use_are_refused_with_the_pair(pairs, tmp_path, change, words):
    pair = pairs.records[0].pair_id
    pairs.files[pair] = change(pairs.files[pair])
    with pytest.raises(ExportError, match=f"{pair} {words}: run `curate pairs check {pair}`"):
        write(pairs, "removal", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_sentence_and_nothing_is_left(pairs, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(staging.os, "fsync", full)
    with pytest.raises(ExportError, match="The disk is full: make room in"):
        write(pairs, "insertion-pairs", tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_approved_is_refused(tmp_path):
    with pytest.raises(ExportError, match="accept pairs"):
        write(DrawnPairs(), "removal", tmp_path)
