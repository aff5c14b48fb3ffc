"""What holds for every layout."""

from __future__ import annotations

import errno
import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from curate.cli.export_options import FormatName
from curate.errors import ExportError, VerificationError
from curate.exporters.conversion import convert_folder
from curate.exporters.formats.registry import FORMATS, format_for
from curate.exporters.tasks.registry import TASKS
from curate.exporters.verify import listed_records, verify
from forgery import listed_files, reseal, write_table
from format_sets import TASKS as NAMES

MISSED = {
    "webdataset": r"the shards of train have .* where .* should be",
    "coco": "annotations/train.json does not say what its rows say",
    "diffusers": "train/metadata.parquet does not follow from records/train.parquet",
    "musubi-tuner": "train.jsonl does not say what its rows say",
    "ai-toolkit": r"train/target/[0-9a-f]{64}.txt is used by no record",
}
"""What gives away a layout whose rows lack their first record."""
OTHERS = [name for name in FORMATS if name != "imagefolder"]


def test_the_command_line_knows_all_formats():
    assert list(FormatName.__args__) == list(FORMATS)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("task", ["insertion", "removal"])
def test_an_export_and_a_conversion_are_equal_byte_for_byte(
    name, task, written, converted, rows_of, tree_of, tmp_path
):
    folder = written(task, name, tmp_path)
    assert tree_of(folder) == tree_of(converted(task, name))
    assert verify(folder).format == name
    assert [(each.split, each.row) for each in listed_records(folder)] == rows_of(task)


def test_a_disk_without_hard_links_gets_copies(written, converted, tree_of, tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    folder = written("removal", "musubi-tuner", tmp_path)
    assert tree_of(folder) == tree_of(converted("removal", "musubi-tuner"))


@pytest.mark.parametrize("name", OTHERS)
def test_a_conversion_shares_no_file_with_its_source(name, canonical, converted):
    inodes = [
        {path.stat().st_ino for path in folder.rglob("*") if path.is_file()}
        for folder in (canonical["removal"], converted("removal", name))
    ]
    assert inodes[0].isdisjoint(inodes[1])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("task", NAMES)
def test_manifest_and_card_say_what_masks_mean(name, task, converted, canonical):
    folder = canonical[task] if name == "imagefolder" else converted(task, name)
    masks = json.loads((folder / "manifest.json").read_text()).get("masks", {})
    assert bool(masks) == (task != "subject")
    card = (folder / "README.md").read_text()
    for called, meaning in masks.items():
        escaped = meaning.replace("|", r"\|")
        assert f"| `{called.removesuffix('_file_name')}` | {escaped} |" in card


@pytest.mark.parametrize("name", ["coco", "musubi-tuner", "ai-toolkit"])
@pytest.mark.parametrize("task", ["subject", "removal"])
def test_datasets_loads_the_rows_of_layouts_that_it_does_not_know(name, task, converted, rows_of, loaded):
    found = loaded(converted(task, name))
    ids = [(split, row["sample_id"]) for split, rows in found.items() for row in rows]
    assert ids == [(split, row["sample_id"]) for split, row in rows_of(task)]


@pytest.mark.parametrize("name", ["imagefolder", "diffusers"])
def test_a_folder_that_was_moved_is_loaded_as_its_card_says(name, canonical, converted, loaded, tmp_path):
    folder = tmp_path / "here"
    shutil.copytree(canonical["removal"] if name == "imagefolder" else converted("removal", name), folder)
    picture = "target" if name == "imagefolder" else "edited_image"
    before = loaded(folder)["train"][0][picture].size
    (tmp_path / "there").mkdir()
    folder = folder.rename(tmp_path / "there" / "here")
    with pytest.raises(FileNotFoundError):
        loaded(folder)["train"][0]
    option = re.search(r'download_mode="(\w+)"', (folder / "README.md").read_text())[1]
    assert loaded(folder, download_mode=option)["train"][0][picture].size == before


@pytest.mark.parametrize(("crops", "told"), [(False, True), (True, False)])
def test_layouts_without_boxes_say_so_where_pictures_are_whole_photos(crops, told):
    for name, layout in FORMATS.items():
        if layout.holds("subject"):
            said = layout.unsaid(TASKS["subject"], {"crops": crops})
            assert bool(said) == (told and name in {"diffusers", "musubi-tuner", "ai-toolkit"})
            assert not said or said.endswith("Export with --crops, so that each picture is the thing.")


def test_the_command_warns_of_whole_photos_without_boxes(canonical, tmp_path):
    def convert(name, *more):
        arguments = ("convert", canonical["subject"], "--format", name, "--to", tmp_path / name, *more)
        return CliRunner().invoke(app, [*map(str, arguments)])

    assert "Warning: Pictures are whole photos" in convert("musubi-tuner").stderr
    assert "Export with --crops" in json.loads(convert("ai-toolkit", "--json").stdout)["unsaid"]
    assert convert("coco").stderr == ""


def test_the_card_says_what_its_layout_leaves_unsaid(converted):
    for name in OTHERS:
        card = (converted("subject", name) / "README.md").read_text()
        assert ("which thing in them a prompt is about" in card) == (
            FORMATS[name].unsaid(TASKS["subject"], {}) is not None
        )


@pytest.mark.parametrize("name", OTHERS)
def test_every_changed_or_added_or_missing_file_is_named(name, converted, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(converted("removal", name), folder)
    path = next(path for path in sorted(listed_files(folder)) if path not in {"README.md", "croissant.json"})
    data = bytearray((folder / path).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / path).write_bytes(data)
    with pytest.raises(VerificationError, match=f"{path} was changed"):
        verify(folder)
    (folder / path).unlink()
    with pytest.raises(VerificationError, match=f"{path} cannot be read"):
        verify(folder)
    shutil.copytree(converted("removal", name), folder, dirs_exist_ok=True)
    (folder / "train-000009.tar").write_bytes(b"more")
    counts = json.loads((folder / "manifest.json").read_text())["counts"]
    reseal(
        folder,
        {**listed_files(folder), "train-000009.tar": ""},
        counts={**counts, "files": counts["files"] + 1},
    )
    with pytest.raises(VerificationError, match=r"train-000009.tar is used by no record"):
        verify(folder)


@pytest.mark.parametrize("name", OTHERS)
def test_a_record_that_was_taken_out_of_the_rows_is_missed(name, converted, tmp_path):
    folder = tmp_path / "fewer"
    shutil.copytree(converted("removal", name), folder)
    path = folder / "records/train.parquet"
    table = pq.read_table(path)
    path.unlink()
    write_table(path, table.slice(1))
    counts = json.loads((folder / "manifest.json").read_text())["counts"]
    reseal(folder, counts={**counts, "train": counts["train"] - 1})
    with pytest.raises(VerificationError, match=MISSED[name]):
        verify(folder)


def test_a_task_without_a_place_in_a_format_is_refused_in_one_sentence():
    for name in OTHERS:
        if not FORMATS[name].holds("decisions"):
            with pytest.raises(ExportError) as told:
                format_for(name, "decisions")
            assert str(told.value) == (
                f"The format {name} has no place for records of decisions: use imagefolder, webdataset."
            )
    assert all(format_for("webdataset", task).holds(task) for task in TASKS)


def test_only_the_canonical_layout_is_converted_and_not_to_itself(canonical, converted, tmp_path):
    with pytest.raises(
        ExportError, match=r"is in the format coco: give a folder in the format imagefolder\.$"
    ):
        convert_folder(converted("removal", "coco"), "webdataset", tmp_path)
    with pytest.raises(ExportError, match=r"is in the format imagefolder already: give another --format\.$"):
        convert_folder(canonical["removal"], "imagefolder", tmp_path)
    with pytest.raises(ExportError, match=r"would be overwritten: give another folder with --to\.$"):
        convert_folder(canonical["removal"], "coco", canonical["removal"].parent)
    with pytest.raises(ExportError, match=r"holds another manifest: .* with --version 2"):
        convert_folder(canonical["removal"], "coco", converted("removal", "webdataset").parent)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_into_an_export(canonical, written, tmp_path):
    source = canonical["removal"]
    (tmp_path / "link").symlink_to(source / "train")
    for place in (source, source / "deeper", tmp_path / "link"):
        for write in (
            lambda to: convert_folder(source, "coco", to),
            lambda to: written("subject", "imagefolder", to),
        ):
            with pytest.raises(ExportError, match=r"would lie inside of the export .*: give another folder"):
                write(place)
    verify(source)


def test_a_damaged_export_is_not_converted(canonical, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(canonical["removal"], folder)
    picture = next((folder / "train").glob("*/*.jpg"))
    picture.write_bytes(picture.read_bytes()[:-1])
    with pytest.raises(VerificationError, match="was changed"):
        convert_folder(folder, "coco", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["damaged"]
