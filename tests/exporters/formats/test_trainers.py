"""Folders of the two trainers, read as their documentation says that they read them."""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curate.errors import VerificationError
from curate.exporters.verify import verify
from forgery import reseal
from format_sets import TASKS as NAMES

SOURCES = {"insertion": "background_file_name"}
HIDDEN = {"insertion", "removal"}


def shown_to_a_model(task, row):
    """Source and references of a record, without its mask."""
    source = [] if task == "subject" else [row[SOURCES.get(task, "input_file_name")]]
    return source + row.get("reference_file_names", [])


def musubi_items(config: Path):
    """As musubi-tuner: a TOML names a jsonl, whose paths are taken from the working directory."""
    (dataset,) = tomllib.loads(config.read_text())["datasets"]
    for line in Path(dataset["image_jsonl_file"]).read_text().splitlines():
        item = json.loads(line)
        controls = sorted((key for key in item if key.startswith("control_path_")), key=_number)
        assert [_number(key) for key in controls] == list(range(len(controls)))
        yield item["image_path"], item["caption"], [item[key] for key in controls]


def _number(key):
    return int(key.rpartition("_")[2])


@pytest.mark.parametrize("task", NAMES)
def test_musubi_tuner_finds_targets_captions_and_controls(task, converted, rows_of, picture, monkeypatch):
    monkeypatch.chdir(converted(task, "musubi-tuner"))
    found = [(split, item) for split in ("train", "test") for item in musubi_items(Path(f"{split}.toml"))]
    stems = [Path(target).stem for _, (target, _, _) in found]
    assert len(set(stems)) == len(stems)  # caches are called by the stem alone
    for (split, row), (where, (target, caption, controls)) in zip(rows_of(task), found, strict=True):
        assert where == split
        assert Path(target).stem == row["sample_id"]
        assert caption == row["caption"] if "caption" in row else re.fullmatch(r"\w+ the .+\.", caption)
        names = shown_to_a_model(task, row)
        if task != "subject":
            names.insert(1, row["mask_file_name"])
        for path, name in zip([target, *controls], [row["target_file_name"], *names], strict=True):
            assert np.array_equal(np.array(Image.open(path)), picture(task, split, name))


def test_no_two_datasets_of_musubi_tuner_share_a_cache_and_none_lies_in_the_export(converted):
    configs = [
        tomllib.loads(path.read_text())
        for task in NAMES
        for path in converted(task, "musubi-tuner").glob("*.toml")
    ]
    caches = {each["datasets"][0]["cache_directory"] for each in configs}
    assert len(caches) == len(configs) == 10
    assert all(os.path.normpath(each).startswith("..") for each in caches)


def toolkit_items(folder: Path):
    """As ai-toolkit: all pictures below a folder, captions and other pictures by their stems."""
    paths = [Path(root) / name for root, _, names in os.walk(folder / "target") for name in names]
    for path in sorted(each for each in paths if each.suffix in {".jpg", ".png"}):
        controls = []
        while found := list((folder / f"control_{len(controls)}").glob(f"{path.stem}.*")):
            controls += found
        inpaint, mask = (folder / kind / f"{path.stem}.png" for kind in ("inpaint", "mask"))
        yield path, path.with_suffix(".txt").read_text(), controls, inpaint, mask


@pytest.mark.parametrize("task", NAMES)
def test_ai_toolkit_finds_targets_captions_controls_and_masks(task, converted, rows_of, picture):
    folder = converted(task, "ai-toolkit")
    found = [(split, item) for split in ("train", "test") for item in toolkit_items(folder / split)]
    for (split, row), (where, (target, caption, controls, inpaint, mask)) in zip(
        rows_of(task), found, strict=True
    ):
        assert (where, target.stem) == (split, row["sample_id"])
        assert caption == row["caption"] if "caption" in row else re.fullmatch(r"\w+ the .+\.", caption)
        names = shown_to_a_model(task, row)
        for path, name in zip([target, *controls], [row["target_file_name"], *names], strict=True):
            assert np.array_equal(np.array(Image.open(path)), picture(task, split, name))
        assert inpaint.exists() == (task in HIDDEN)
        assert mask.exists() == (task != "subject")
        if mask.exists():
            assert np.array_equal(np.array(Image.open(mask)), picture(task, split, row["mask_file_name"]))
        if inpaint.exists():
            hole = np.array(Image.open(inpaint))
            assert np.array_equal(hole[..., :3], picture(task, split, names[0]))
            # 0 is what the trainer paints anew
            assert np.array_equal(hole[..., 3], 255 - np.array(Image.open(mask)))


def _caption(folder):
    path = next((folder / "train/target").glob("*.txt"))
    path.write_text("Remove the cat.")
    return f"{path.name} does not say what its rows say"


def _turned(folder):
    path = next((folder / "train/mask").iterdir())
    Image.open(path).transpose(Image.Transpose.ROTATE_180).save(path)
    return f"{path.name} is not the picture"


def _opaque(folder):
    path = next((folder / "train/inpaint").iterdir())
    Image.open(path).convert("RGB").convert("RGBA").save(path)
    return f"{path.name} is not the picture of its row with a hole where its mask is"


@pytest.mark.parametrize("forge", [_caption, _turned, _opaque])
def test_a_forged_folder_of_ai_toolkit_is_told_apart_though_it_was_sealed(forge, converted, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(converted("removal", "ai-toolkit"), folder)
    told = forge(folder)
    reseal(folder)
    with pytest.raises(VerificationError, match=told):
        verify(folder)


def _line(folder):
    path = folder / "train.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    return "train.jsonl does not say what its rows say"


def _cache(folder):
    path = folder / "train.toml"
    path.write_text(path.read_text().replace("../musubi", "musubi"))
    return "train.toml does not say what its rows say"


def _target(folder):
    path = next((folder / "targets/train").glob("*.png"))
    others = (each.read_bytes() for each in sorted((folder / "train").glob("*/*.png")))
    path.write_bytes(next(data for data in others if data != path.read_bytes()))
    return f"{path.name} is not the picture .* of its row"


@pytest.mark.parametrize("forge", [_line, _cache, _target])
def test_a_forged_folder_of_musubi_tuner_is_told_apart_though_it_was_sealed(forge, converted, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(converted("insertion-pairs", "musubi-tuner"), folder)
    told = forge(folder)
    reseal(folder)
    with pytest.raises(VerificationError, match=told):
        verify(folder)
