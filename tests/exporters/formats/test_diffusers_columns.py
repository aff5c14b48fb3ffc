"""diffusers' columns as its training scripts load them, with datasets."""

from __future__ import annotations

import shutil

import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest

from curate.errors import VerificationError
from curate.exporters.verify import verify
from forgery import reseal, write_table
from format_sets import TASKS as NAMES

SOURCES = {"subject": "reference_file_names", "insertion": "background_file_name"}


pytestmark = pytest.mark.usefixtures("loaded")


@pytest.mark.parametrize("task", NAMES)
def test_the_card_loads_the_pictures_and_prompts_of_all_records(task, converted, card_code, rows_of, picture):
    samples = card_code(converted(task, "diffusers"))["samples"]
    found = [(split, sample) for split in ("train", "test") for sample in samples[split]]
    for (split, row), (where, sample) in zip(rows_of(task), found, strict=True):
        assert (where, sample["sample_id"]) == (split, row["sample_id"])
        source = row[SOURCES.get(task, "input_file_name")]
        wanted = {
            "input_image": source[0] if task == "subject" else source,
            "edited_image": row["target_file_name"],
            **({"mask_image": row["mask_file_name"]} if task != "subject" else {}),
        }
        assert sample.keys() == {"sample_id", "edit_prompt", *wanted}
        for column, name in wanted.items():
            assert np.array_equal(np.asarray(sample[column]), picture(task, split, name))


def test_prompts_say_what_to_do(converted):
    told = {
        task: set(
            pq.read_table(converted(task, "diffusers") / "train/metadata.parquet")["edit_prompt"].to_pylist()
        )
        for task in NAMES
    }
    assert told == {
        "subject": {"a photo of a vase"},
        "insertion": {"Insert the vase."},
        "insertion-bootstrap": {"Add the shadow and the reflections of the vase."},
        "removal": {"Remove the vase 0.", "Remove the object."},
        "insertion-pairs": {
            "Add the shadow and the reflections of the vase 0.",
            "Add the shadow and the reflections of the object.",
        },
    }


def test_a_split_alone_is_an_image_folder_too(converted, tmp_path):
    """As the scripts load what ``--train_data_dir`` names."""
    files = {"train": str(converted("removal", "diffusers") / "train" / "**")}
    samples = datasets.load_dataset("imagefolder", data_files=files, cache_dir=str(tmp_path))
    assert {"input_image", "edited_image", "edit_prompt"} <= set(samples["train"].column_names)


def _forged(table):
    return table.slice(1)


def _swapped(table):
    column = table.column_names.index("edited_image_file_name")
    return table.set_column(column, table.schema.field(column), [list(reversed(table[column].to_pylist()))])


@pytest.mark.parametrize("forge", [_forged, _swapped])
def test_a_forged_table_is_named_though_it_was_sealed(forge, converted, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(converted("removal", "diffusers"), folder)
    path = folder / "train/metadata.parquet"
    forged = forge(pq.read_table(path))
    path.unlink()
    write_table(path, forged)
    reseal(folder)
    with pytest.raises(VerificationError, match=r"train/metadata.parquet does not follow from records/train"):
        verify(folder)
