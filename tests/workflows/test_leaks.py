"""The leak checker on exported folders, whose splits somebody got wrong on purpose."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import VerificationError
from curate.exporters.conversion import convert_folder
from curate.exporters.tasks.subject_records import AcceptedView, subject_records
from curate.manifest_records import ManifestSpec, SubjectView
from curate.photos.reading import decode
from curate.records import Box
from curate.workflows.leaks import UNASKED, find_leaks
from subject_manifest import write_subject


def drawn(seed: int, quality: int = 95) -> bytes:
    corners = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(corners).resize((64, 48), Image.Resampling.BICUBIC).save(file, "JPEG", quality=quality)
    return file.getvalue()


def export(directory: Path, name: str, groups: dict[str, list[bytes]], number: int = 0) -> Path:
    """A manifest with a group over the photos of each split; objects by ``number`` and place."""
    photos = {hashlib.sha256(data).hexdigest(): data for group in groups.values() for data in group}
    records = []
    for at, (split, group) in enumerate(groups.items()):
        views = [view(data, 100 * number + 10 * at + place) for place, data in enumerate(group)]
        vectors = np.ones((len(views), 4), dtype=np.float32) / 2
        made = subject_records(views, vectors, split=split, decision_ids=["d"], references=1)
        records += made.records
    return write_subject(
        records, ManifestSpec(name, "1", "subject"), directory, lambda each: photos[each.photo_sha256], decode
    ).directory


def view(data: bytes, number: int) -> AcceptedView:
    sha256 = hashlib.sha256(data).hexdigest()
    box = Box(4, 6, 30, 30)
    shown = SubjectView(UUID(int=number), sha256, "", box, "vase", 0.9, None, "CC0-1.0", None)
    return AcceptedView(shown, sha256)


def found(report):
    return {(each.kind, each.splits) for each in report.leaks}


def test_sound_folders_leak_nothing_and_all_was_looked_at(tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)], "test": [drawn(3), drawn(4)]})
    two = export(tmp_path, "b", {"train": [drawn(1), drawn(2)], "test": [drawn(5), drawn(6)]}, 0)
    told = find_leaks([one, one])
    assert (told.leaks, told.unseen, told.pictures, len(told.manifests)) == ((), (), 4, 1)
    assert not find_leaks([one, two]).leaks


def test_a_photo_in_train_of_one_and_test_of_another_is_named_with_its_records(tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)]})
    two = export(tmp_path, "b", {"test": [drawn(2), drawn(3)]}, 7)
    told = find_leaks([one, two], near_duplicates=False)
    assert found(told) == {("photo", ("test", "train"))}
    (leak,) = told.leaks
    assert leak.name == hashlib.sha256(drawn(2)).hexdigest()
    assert {(Path(each.manifest).name, each.split) for each in leak.places} == {
        ("a-1", "train"),
        ("b-1", "test"),
    }
    assert len(leak.places) == 4  # as target or as reference
    assert told.unseen == (UNASKED,)


def test_an_object_is_known_by_its_id_and_a_group_by_its_own(tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)]})
    other_photos = export(tmp_path, "b", {"test": [drawn(3), drawn(4)]})
    assert found(find_leaks([one, other_photos])) == {
        ("object", ("test", "train")),
        ("group", ("test", "train")),
    }


def test_a_picture_that_was_encoded_anew_is_a_near_duplicate(tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)], "test": [drawn(1, quality=60), drawn(3)]})
    told = find_leaks([one])
    assert found(told) == {("near-duplicate", ("test", "train"))}
    assert {each.split for each in told.leaks[0].places} == {"test", "train"}


@pytest.mark.parametrize("layout", ["webdataset", "ai-toolkit", "musubi-tuner"])
def test_pictures_are_looked_at_in_other_layouts_too(layout, tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)], "test": [drawn(1, quality=60), drawn(3)]})
    told = find_leaks([convert_folder(one, layout, tmp_path / "converted").directory])
    assert found(told) == {("near-duplicate", ("test", "train"))}
    assert (told.pictures, told.unseen) == (4, ())


def test_a_damaged_shard_is_no_folder_to_look_at(tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)]})
    folder = convert_folder(one, "webdataset", tmp_path / "converted").directory
    (folder / "train-000000.tar").unlink()
    with pytest.raises(VerificationError, match=r"shards of train in .* are damaged"):
        find_leaks([folder])


def test_a_picture_that_cannot_be_read_is_said_not_to_be_looked_at(tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)], "test": [drawn(3), drawn(4)]})
    first, second, *_ = sorted(one.glob("train/*/*"))
    first.unlink()
    second.write_bytes(b"no picture")
    told = find_leaks([one])
    assert (len(told.unseen), told.pictures, told.leaks) == (2, 2, ())
    said = CliRunner().invoke(app, ["leaks", str(one)])
    assert said.exit_code == 3
    assert "In what was looked at nothing stands in two splits: 1 folder and 2 pictures" in said.stdout
    said = CliRunner().invoke(app, ["leaks", str(one), "--no-near-duplicates"])
    assert said.exit_code == 0
    assert "In what was looked at nothing stands in two splits: 1 folder and 0 pictures" in said.stdout


def test_the_command_says_it_and_fails(tmp_path):
    one = export(tmp_path, "a", {"train": [drawn(1), drawn(2)]})
    two = export(tmp_path, "b", {"test": [drawn(2), drawn(3)]}, 7)
    told = CliRunner().invoke(app, ["leaks", str(one), str(two)])
    assert told.exit_code == 1
    first, *lines, last = told.stdout.splitlines()
    assert first == (
        "1 thing in two splits, or in one that may not hold them: 2 folders and 4 pictures looked at."
    )
    assert next(line.split() for line in lines if "a-1" in line) == ["a-1", "train", "b-1", "test", "1"]
    assert sum(line.startswith(f"photo {hashlib.sha256(drawn(2)).hexdigest()[:12]}: ") for line in lines) == 1
    assert last.startswith("Leave these records out of what you train with")
    as_json = CliRunner().invoke(app, ["leaks", str(one), str(two), "--json"])
    assert (as_json.exit_code, json.loads(as_json.stdout)["counts"]) == (1, {"photo": 1})
    sound = CliRunner().invoke(app, ["leaks", str(one)])
    assert (sound.exit_code, sound.stdout) == (
        0,
        "Nothing stands in two splits: 1 folder and 2 pictures looked at.\n",
    )


def test_many_leaks_are_a_table_and_a_few_lines(tmp_path):
    """A photo that two sides share tells of its objects and of its own likeness, too."""
    photos = [drawn(n) for n in range(1, 9)]
    one = export(tmp_path, "a", {"train": photos})
    two = export(tmp_path, "b", {"test": photos})
    report = find_leaks([one, two])
    assert {each.kind: 0 for each in report.leaks}.keys() == {"photo", "group"}
    told = CliRunner().invoke(app, ["leaks", str(one), str(two)]).stdout
    assert "and 5 more of the kind photo (--json shows all)" in told
    assert len(told.splitlines()) < 16
    assert max(map(len, told.splitlines())) < 200
    in_json = json.loads(CliRunner().invoke(app, ["leaks", str(one), str(two), "--json"]).stdout)
    assert in_json["counts"] == {"group": 1, "photo": 8}
    assert len(in_json["leaks"]) == 9
