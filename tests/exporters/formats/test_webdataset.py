"""Shards as the library webdataset reads them."""

from __future__ import annotations

import io
import json
import re
import shutil
import tarfile

import numpy as np
import pytest
import webdataset
from PIL import Image

from curate.errors import VerificationError
from curate.exporters.formats.shards import Shards, members, parts_of
from curate.exporters.formats.webdataset import shard_faults, write_shards
from curate.exporters.layout import RecordFolder
from curate.exporters.tasks.registry import TASKS
from curate.exporters.verify import verify
from forgery import reseal
from format_sets import TASKS as NAMES

SHARD = "train-000000.tar"


def stored(folder, split):
    shards = sorted(str(path) for path in folder.glob(f"{split}-*.tar"))
    return list(webdataset.WebDataset(shards, shardshuffle=False, empty_check=False))


@pytest.mark.parametrize("task", NAMES)
def test_samples_have_the_rows_and_the_very_bytes_of_all_pictures(task, converted, canonical, rows_of):
    folder = converted(task, "webdataset")
    found = [(split, sample) for split in ("train", "test") for sample in stored(folder, split)]
    assert len(found) == len(rows_of(task)) > 2
    for (split, row), (where, sample) in zip(rows_of(task), found, strict=True):
        parts = parts_of(row)
        assert (where, sample["__key__"]) == (split, row["sample_id"])
        assert {name for name in sample if not name.startswith("__")} == parts.keys()
        told = {name: value for name, value in row.items() if "file_name" not in name}
        assert json.loads(sample["json"]) == told
        for part, name in parts.items():
            assert name is None or sample[part] == (canonical[task] / split / name).read_bytes()


def test_votes_with_and_without_pictures_have_a_place(written, loaded, tmp_path):
    folder = written("decisions", "webdataset", tmp_path)
    told = verify(folder)
    assert (told.format, told.counts["train"]) == ("webdataset", 2)
    seen = {
        json.loads(sample["json"])["kind"]: {name for name in sample if not name.startswith("__")}
        for sample in stored(folder, "train")
    }
    pictures = {"input.png", "output.png", "mask.png", "widened_mask.png"}
    assert seen == {"pair": {"json"}, "removal": {"json", *pictures}}
    assert json.loads(stored(folder, "train")[0]["json"])["decided_at"] == "2026-11-22T21:30:00+00:00"
    read = {sample["json"]["kind"]: sample for sample in loaded(folder)["train"]}
    assert read["removal"]["input.png"].size == (6, 5)
    assert read["pair"]["input.png"] is None


@pytest.mark.parametrize("task", NAMES)
def test_datasets_reads_shards_with_the_pictures_and_rows_of_all_samples(
    task, converted, canonical, rows_of, loaded
):
    """Targets are JPEG in one record and PNG in the next."""
    samples = loaded(converted(task, "webdataset"))
    found = [(split, sample) for split in ("train", "test") for sample in samples[split]]
    suffixes = {part.rpartition(".")[2] for _, row in rows_of(task) for part in parts_of(row)}
    assert suffixes == {"jpg", "png", "json"}
    for (split, row), (where, sample) in zip(rows_of(task), found, strict=True):
        assert (where, sample["__key__"]) == (split, row["sample_id"])
        told = {name: value for name, value in row.items() if "file_name" not in name}
        assert sample["json"] == told
        parts = parts_of(row)
        pictures = {part for part in sample if part.endswith((".jpg", ".png"))}
        assert {part for part in pictures if sample[part] is not None} == parts.keys() - {"json"}
        for part in parts.keys() - {"json"}:
            shown = np.array(Image.open(canonical[task] / split / parts[part]))
            assert np.array_equal(np.asarray(sample[part]), shown)


def test_pictures_are_called_like_their_columns_and_references_are_numbered(converted):
    names = [name for name, _ in members(converted("insertion", "webdataset") / SHARD)]
    first = [name.partition(".")[2] for name in names[:7]]
    assert names == sorted(names)
    assert [part.partition(".")[0] for part in first] == [
        *("background", "json", "mask", "ref0", "ref1", "ref2", "target")
    ]


def test_the_card_says_how_to_read_them(converted, card_code, rows_of, picture):
    samples = list(card_code(converted("removal", "webdataset"))["samples"])
    rows = [row for split, row in rows_of("removal") if split == "train"]
    for row, sample in zip(rows, samples, strict=True):
        shown = picture("removal", "train", row["target_file_name"])
        assert np.array_equal(np.asarray(sample["target"]), shown)
        assert sample["json"]["sample_id"] == row["sample_id"]


def test_shards_are_filled_up_to_their_limit(canonical, converted, tmp_path):
    records, task = RecordFolder(canonical["insertion"]), TASKS["insertion"]
    write_shards(records, task, tmp_path, largest=50_000)
    shards = sorted(tmp_path.glob("train-*.tar"))
    assert [shard.name for shard in shards[:2]] == [SHARD, "train-000001.tar"]
    assert all(20_000 < shard.stat().st_size <= 50_000 for shard in shards)
    whole = [member for shard in shards for member in members(shard)]
    assert whole == list(members(converted("insertion", "webdataset") / SHARD))
    (tmp_path / "records").mkdir()
    for split in records.splits():
        shutil.copy(records.table(split), tmp_path / "records" / f"{split}.parquet")
    own = {path.name: "" for path in tmp_path.glob("*.tar")}
    assert not list(shard_faults(RecordFolder(tmp_path, canonical=False), task, own, largest=50_000))
    assert not own


def test_a_sample_that_is_larger_than_a_shard_has_one_of_its_own(canonical, tmp_path):
    write_shards(RecordFolder(canonical["removal"]), TASKS["removal"], tmp_path, largest=1)
    assert len(list(tmp_path.glob("train-*.tar"))) == 2


def test_a_shard_says_nothing_of_when_and_by_whom_it_was_written(converted):
    with tarfile.open(converted("removal", "webdataset") / SHARD) as shard:
        told = {(each.mtime, each.uid, each.gid, each.uname, each.gname, each.mode) for each in shard}
    assert told == {(0, 0, 0, "", "", 0o644)}


def _swap(files):
    """The targets of two samples in each other's place."""
    first, second = [name for name in files if ".target." in name][:2]
    return {**files, first: files[second], second: files[first]}


def _drop_sample(files):
    gone = next(iter(files)).partition(".")[0]
    return {name: data for name, data in files.items() if not name.startswith(gone)}


def _drop_member(files):
    gone = next(name for name in files if ".mask." in name)
    return {name: data for name, data in files.items() if name != gone}


def _add(files):
    return {**files, "zz.json": b"{}"}


def _turn_over(files):
    return dict(reversed(files.items()))


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (_swap, r"target\.(jpg|png) with another content than its row says"),
        (_drop_sample, "have .* where .* should be"),
        (_drop_member, "mask.png should be"),
        (_add, "zz.json, which no row names"),
        (_turn_over, "should be"),
    ],
)
def test_a_forged_shard_is_told_apart_though_it_was_sealed(forge, told, converted, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(converted("removal", "webdataset"), folder)
    files = forge(dict(members(folder / SHARD)))
    (folder / SHARD).unlink()
    shards = Shards(folder, "train", 10**9)
    shards.add(files)
    shards.close()
    with pytest.raises(VerificationError, match=f"{SHARD} was changed"):
        verify(folder)
    reseal(folder)
    with pytest.raises(VerificationError, match=told):
        verify(folder)


def test_samples_in_other_shards_than_an_export_puts_them_in_are_told(converted, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(converted("insertion", "webdataset"), folder)
    records, task = RecordFolder(folder, canonical=False), TASKS["insertion"]
    largest = (folder / SHARD).stat().st_size // 2
    assert not list(shard_faults(records, task, {}))
    told = next(shard_faults(records, task, {}, largest))
    assert re.fullmatch(rf"the shards of train have [0-9a-f]{{64}} in {SHARD}, where no export puts it", told)
    empty = tarfile.TarFile(folder / "train-000001.tar", "x")
    empty.close()
    (told,) = shard_faults(records, task, {})
    assert told == "the shards of train have train-000001.tar, which is empty"


def _no_tar(path):
    path.write_bytes(b"no shard")


def _link(path):
    entry = tarfile.TarInfo("0.json")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(path, "w") as shard:
        shard.addfile(entry)


def _behind_its_end(path):
    path.write_bytes(path.read_bytes() + b"more" * 128)


def _at_a_time(path):
    files = dict(members(path))
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as shard:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(data), 0o644, 1
            shard.addfile(entry, io.BytesIO(data))


def _cut(path):
    path.write_bytes(path.read_bytes()[: 3 * tarfile.BLOCKSIZE])


@pytest.mark.parametrize("forge", [_no_tar, _link, _behind_its_end, _at_a_time, _cut])
def test_what_is_no_tar_file_of_plain_files_is_said_so(forge, converted, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(converted("removal", "webdataset"), folder)
    forge(folder / SHARD)
    reseal(folder)
    with pytest.raises(VerificationError, match="a shard of train is not a readable tar file"):
        verify(folder)
