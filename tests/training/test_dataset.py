"""Exported folders as tensors, through torch's own loader."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from curate.errors import SettingsError, VerificationError
from curate.training import RecordDataset, masked_mse

WIDTH, HEIGHT = 60, 40
SIZE = 32
GRID = {"grid": 3, "loss_mask": 1, "picture_mask": 1}
PAIR = {"input": 3, "mask": 1, "target": 3, "picture_mask": 1}
CHANNELS = {
    "subject": GRID,
    "insertion": {**GRID, "mask": 1, "background": 3},
    "removal": {**PAIR, "effect_mask": 1, "alpha": 1},
    "insertion-pairs": {**PAIR, "background": 3, "effect_mask": 1},
    "insertion-bootstrap": {**PAIR, "background": 3},
    "decisions": {"input": 3, "output": 3, "mask": 1, "widened_mask": 1, "picture_mask": 1},
}
RECORDS = {"subject": 6, "insertion": 6, "decisions": 2}
OTHERS = {
    "subject": {"reference_count", "caption", "label"},
    "insertion": {"reference_count", "label"},
    "decisions": {"accepted"},
}
TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT = (
    (slice(None), slice(top, top + WIDTH), slice(left, left + WIDTH))
    for top in (0, WIDTH)
    for left in (0, WIDTH)
)


def rows_of(folder, split="train"):
    return pq.read_table(folder / split / "metadata.parquet").to_pylist()


def pixels(folder, name, split="train"):
    return np.asarray(Image.open(folder / split / name))


def whole(array):
    """A picture of 60 x 40 as a cell of 60 pixels: nothing is resized, 10 rows stand empty on both sides."""
    planes = array.astype(np.float32)
    planes = planes.transpose(2, 0, 1) / 127.5 - 1 if array.ndim == 3 else planes[None] / 255
    return np.pad(planes, ((0, 0), (10, 10), (0, 0)))


def draws(sample, generator):
    return {**sample, "drawn": torch.rand(2, generator=generator)}


@pytest.mark.parametrize("task", CHANNELS)
def test_an_epoch_with_two_workers_has_the_documented_tensors(exported, task):
    dataset = RecordDataset(exported(task), size=SIZE)
    side = 2 * SIZE if "grid" in CHANNELS[task] else SIZE
    seen = []
    for batch in DataLoader(dataset, batch_size=2, num_workers=2):
        count = len(batch["sample_id"])
        assert batch.keys() == {*CHANNELS[task], *OTHERS.get(task, ()), "sample_id"}
        for name, channels in CHANNELS[task].items():
            assert batch[name].shape == (count, channels, side, side)
            assert batch[name].dtype == torch.float32
            assert batch[name].max() <= 1
            assert batch[name].min() >= (-1 if channels == 3 else 0)
            if name.endswith("mask"):
                assert set(batch[name].unique().tolist()) <= {0, 1}
        seen += batch["sample_id"]
    assert len(seen) == len(dataset) == RECORDS.get(task, 5)
    known = [row["sample_id"] for row in rows_of(exported(task))]
    assert seen == [each for each in known if each in set(seen)]


def test_a_grid_shows_references_and_target_in_their_cells(exported):
    folder = exported("subject")
    for sample, row in zip(RecordDataset(folder, size=WIDTH), rows_of(folder), strict=True):
        references = row["reference_file_names"][:3]
        names = [*[*references, None, None][:3], row["target_file_name"]]
        for place, name in zip((TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT), names, strict=True):
            shown = whole(pixels(folder, name)) if name else np.zeros((3, WIDTH, WIDTH))
            assert np.allclose(sample["grid"][place], shown, atol=1e-6)
            there = whole(np.full((HEIGHT, WIDTH), 255 if name else 0))
            assert np.array_equal(sample["picture_mask"][place], there)
            assert (sample["loss_mask"][place] == (place is BOTTOM_RIGHT)).all()
        assert sample["reference_count"] == len(references)
        assert (sample["caption"], sample["label"]) == (row["caption"], "jug")
    assert {len(row["reference_file_names"]) for row in rows_of(folder)} == {1, 3, 5}


def test_mask_and_background_of_an_insertion_stand_in_the_target_cell_alone(exported):
    folder = exported("insertion")
    for sample, row in zip(RecordDataset(folder, size=WIDTH), rows_of(folder), strict=True):
        for name in ("mask", "background"):
            shown = whole(pixels(folder, row[f"{name}_file_name"]))
            assert np.allclose(sample[name][BOTTOM_RIGHT], shown, atol=1e-6)
            assert not (sample[name] * (1 - sample["loss_mask"])).any()
        x, y, width, height = row["region"]
        outside = sample["loss_mask"].clone()
        outside[:, WIDTH + 10 + y : WIDTH + 10 + y + height, WIDTH + x : WIDTH + x + width] = 0
        assert torch.equal(sample["grid"] * outside, sample["background"] * outside)


def test_a_removal_shows_the_object_as_it_is(exported):
    folder = exported("removal")
    for sample, row in zip(RecordDataset(folder, size=WIDTH), rows_of(folder), strict=True):
        for name in ("input", "mask", "target", "effect_mask", "alpha"):
            assert np.allclose(sample[name], whole(pixels(folder, row[f"{name}_file_name"])), atol=1e-6)
        assert (sample["input"] * sample["mask"]).mean() > 0  # drawn bright: it was not greyed out


@pytest.mark.parametrize("task", ["insertion-pairs", "insertion-bootstrap"])
def test_an_insertion_input_is_the_object_on_its_background(exported, task):
    for sample in RecordDataset(exported(task), size=WIDTH):
        pasted = torch.where(sample["mask"] == 1, sample["target"], sample["background"])
        assert torch.equal(sample["input"], pasted)
        assert sample["mask"].any()


def test_votes_come_with_their_verdict(exported):
    folder = exported("decisions")
    verdicts = {row["sample_id"]: float(row["verdict"] == "accept") for row in rows_of(folder)}
    told = {sample["sample_id"]: sample["accepted"].item() for sample in RecordDataset(folder, size=SIZE)}
    assert sorted(told.values()) == [0, 1]
    assert told.items() <= verdicts.items()


def test_a_crop_shows_the_object_larger_and_whole(exported):
    folder = exported("insertion")
    padded, cropped = (
        RecordDataset(folder, size=WIDTH, fit=fit, margin=0.25)[0]["mask"] for fit in ("pad", "crop")
    )
    rows, columns = (cropped[BOTTOM_RIGHT][0].any(dim=axis).nonzero() for axis in (1, 0))
    # A box of 12 x 16 in a frame of 25 pixels, 60 / 25 times as large.
    assert rows[-1] - rows[0] + 1 == pytest.approx(16 * 60 / 25, abs=1)
    assert columns[-1] - columns[0] + 1 == pytest.approx(12 * 60 / 25, abs=1)
    assert padded.sum() == 12 * 16


def test_every_format_that_keeps_pictures_gives_the_same(exported):
    plain, coco = (RecordDataset(exported("insertion", each), size=SIZE) for each in ("imagefolder", "coco"))
    for one, other in zip(plain, coco, strict=True):
        assert one["sample_id"] == other["sample_id"]
        assert torch.equal(one["grid"], other["grid"])
        assert torch.equal(one["background"], other["background"])


def test_references_may_be_cropped_while_the_target_is_whole(exported):
    folder = exported("subject")
    mixed = RecordDataset(folder, size=WIDTH, reference_fit="crop")[0]["grid"]
    padded, cropped = (RecordDataset(folder, size=WIDTH, fit=fit)[0]["grid"] for fit in ("pad", "crop"))
    assert torch.equal(mixed[BOTTOM_RIGHT], padded[BOTTOM_RIGHT])
    assert torch.equal(mixed[TOP_LEFT], cropped[TOP_LEFT])
    assert not torch.equal(mixed[TOP_LEFT], padded[TOP_LEFT])


def test_chance_depends_on_seed_epoch_and_index_and_not_on_workers(exported):
    dataset = RecordDataset(exported("subject"), size=2, transform=draws, seed=3)
    loader = DataLoader(dataset, batch_size=None, num_workers=2, persistent_workers=True)
    epochs = []
    for epoch in (0, 1, 0):
        dataset.set_epoch(epoch)
        epochs.append(torch.stack([sample["drawn"] for sample in loader]))
        alone = torch.stack([sample["drawn"] for sample in dataset])
        assert torch.equal(epochs[-1], alone)
    assert torch.equal(epochs[0], epochs[2])
    assert len(torch.cat(epochs[:2]).unique()) == 2 * 2 * len(dataset)
    other = RecordDataset(exported("subject"), size=2, transform=draws, seed=4)
    assert not torch.equal(other[0]["drawn"], dataset[0]["drawn"])


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_worker_opens_the_folder_for_itself(exported, start):
    dataset = RecordDataset(exported("removal"), size=8)
    here = [sample["input"] for sample in dataset]  # the file is open in this process by now
    loader = DataLoader(dataset, batch_size=None, num_workers=1, multiprocessing_context=start)
    assert torch.equal(torch.stack([sample["input"] for sample in loader]), torch.stack(here))


@pytest.mark.parametrize("index", [-1, 6, 10**6])
def test_an_index_that_is_none_is_refused(exported, index):
    with pytest.raises(IndexError, match=rf"The index {index} is not one of 0 .. 5\."):
        RecordDataset(exported("subject"), size=SIZE)[index]


def test_a_split_that_is_not_there_names_those_that_are(exported):
    with pytest.raises(SettingsError, match="has no split 'val': use train, validation"):
        RecordDataset(exported("removal"), "val")
    assert len(RecordDataset(exported("removal"), "validation")) == 1


def test_votes_without_a_last_word_on_a_removal_are_refused_at_once(votes_alone):
    with pytest.raises(SettingsError, match="has in train 4 votes, none of them a person's last word on a"):
        RecordDataset(votes_alone, size=SIZE)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": 0}, "give a size of 1 or more"),
        ({"fit": "stretch"}, "'stretch' is unknown: use pad or crop"),
        ({"margin": -0.1}, "give 0 or more"),
        ({"seed": -1}, "seed -1 cannot be used"),
    ],
)
def test_an_option_that_gives_no_cell_is_refused(exported, options, words):
    with pytest.raises(SettingsError, match=words):
        RecordDataset(exported("subject"), **options)


@pytest.fixture
def copied(exported, tmp_path):
    return shutil.copytree(exported("removal"), tmp_path / "copy")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), r"/train/.*\.jpg cannot be read \(No such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), r"/train/.*\.jpg was changed"),
    ],
    ids=["missing", "cut off"],
)
def test_a_picture_that_is_not_what_it_was_is_named(copied, damage, words):
    damage(copied / "train" / rows_of(copied)[2]["target_file_name"])
    dataset = RecordDataset(copied, size=SIZE)
    dataset[0]
    with pytest.raises(VerificationError, match=words):
        dataset[2]


def test_a_folder_that_is_no_manifest_is_refused(copied, tmp_path):
    with pytest.raises(VerificationError, match="give the folder that `curate export` wrote"):
        RecordDataset(tmp_path)
    (copied / "train" / "metadata.parquet").write_bytes(b"PAR1")
    with pytest.raises(VerificationError, match=r"metadata.parquet is not a readable parquet file"):
        RecordDataset(copied)
    text = (copied / "manifest.json").read_text()
    (copied / "manifest.json").write_text(json.dumps(json.loads(text) | {"task": "subject"}))
    with pytest.raises(VerificationError, match="was changed"):
        RecordDataset(copied)


def test_the_loss_of_an_insertion_is_zero_outside_the_target_cell(exported):
    batch = next(iter(DataLoader(RecordDataset(exported("insertion"), size=SIZE), batch_size=3)))
    outside = (batch["loss_mask"] == 0).expand_as(batch["grid"])
    prediction = torch.randn_like(batch["grid"])
    prediction[0, :, 0, 0], prediction[1, :, 0, 0] = torch.inf, torch.nan
    prediction.requires_grad_()
    loss = masked_mse(prediction, batch["grid"], batch["loss_mask"])
    loss.backward()
    assert not prediction.grad[outside].any()
    assert prediction.grad[~outside].all()
    inside = (prediction - batch["grid"])[:, :, SIZE:, SIZE:]
    assert torch.allclose(loss, inside.square().mean())
    assert masked_mse(prediction, batch["grid"], torch.zeros_like(batch["loss_mask"])) == 0


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision_does_not_overflow_the_loss(kind):
    mask = torch.zeros(1, 1, 1024, 1024)
    mask[..., 512:, 512:] = 1
    prediction = torch.full((1, 3, 1024, 1024), 0.5, dtype=kind, requires_grad=True)
    loss = masked_mse(prediction, torch.zeros_like(prediction), mask)
    loss.backward()
    assert loss.item() == 0.25
    assert not prediction.grad[..., :512, :].any()
