"""Shards as tensors, shared out to ranks and workers."""

from __future__ import annotations

import io
import shutil
import tarfile

import fsspec
import pyarrow.parquet as pq
import pytest
import torch
from torch.utils.data import DataLoader

from curate.errors import SettingsError, VerificationError
from curate.exporters.formats.webdataset import write_shards
from curate.exporters.layout import RecordFolder
from curate.exporters.tasks.registry import TASKS
from curate.training import RecordDataset, RecordStream
from curate.training.places import Place
from curate.training.shards import Shard

SIZE = 16


@pytest.fixture(scope="module")
def shards(exported, tmp_path_factory):
    """A subject record in each of six shards."""
    folder = tmp_path_factory.mktemp("shards")
    write_shards(RecordFolder(exported("subject")), TASKS["subject"], folder, largest=1)
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.fixture
def copied(exported, tmp_path):
    """A folder with all in one shard."""
    return shutil.copytree(exported("subject", "webdataset"), tmp_path / "copy")


def ids(stream):
    return [sample["sample_id"] for sample in stream]


def draws(sample, generator):
    return {**sample, "drawn": torch.rand((), generator=generator).item()}


@pytest.mark.parametrize("task", ["subject", "insertion", "removal", "decisions"])
def test_a_stream_has_the_tensors_of_the_folder(exported, task):
    expected = {each["sample_id"]: each for each in RecordDataset(exported(task), size=SIZE, fit="crop")}
    stream = RecordStream(exported(task, "webdataset"), size=SIZE, fit="crop")
    found = {each["sample_id"]: each for each in stream}
    assert found.keys() == expected.keys()
    for name, sample in expected.items():
        assert found[name].keys() == sample.keys()
        for key, value in sample.items():
            same = torch.equal(found[name][key], value) if isinstance(value, torch.Tensor) else True
            assert same, key


def test_two_workers_give_every_record_once_in_an_order_of_their_own_each_epoch(shards):
    stream = RecordStream(shards, size=SIZE, task="subject", transform=draws, buffer=2)
    loader = DataLoader(stream, batch_size=None, num_workers=2, persistent_workers=True)
    epochs = []
    for epoch in (0, 1, 2, 0):
        stream.set_epoch(epoch)
        epochs.append([(sample["sample_id"], sample["drawn"]) for sample in loader])
    assert epochs[0] == epochs[3]
    orders = [[name for name, _ in epoch] for epoch in epochs]
    assert all(len(set(order)) == len(order) == 6 for order in orders)
    assert len(set(map(tuple, orders))) > 1
    assert len({drawn for epoch in epochs for _, drawn in epoch}) == 3 * 6
    # What is drawn for a record does not depend on who reads it.
    stream.set_epoch(0)
    assert {(sample["sample_id"], sample["drawn"]) for sample in stream} == set(epochs[0])


def test_without_a_buffer_records_come_as_they_lie(exported):
    folder = exported("subject")
    rows = pq.read_table(folder / "train" / "metadata.parquet", columns=["sample_id"]).to_pylist()
    stream = RecordStream(exported("subject", "webdataset"), size=SIZE, buffer=0)
    assert ids(stream) == [row["sample_id"] for row in rows]


@pytest.mark.parametrize("readers", [1, 2, 4, 6, 7])
def test_no_reader_gets_what_another_gets_and_nothing_is_lost(shards, readers):
    found = [
        record.name
        for number in range(readers)
        for record in Place(number, readers).records(list(map(Shard, shards)))
    ]
    assert len(found) == len(set(found)) == 6


def test_a_folder_may_be_a_url(exported):
    folder = exported("subject", "webdataset")
    fsspec.filesystem("memory").put(f"{folder}/", "/jugs/", recursive=True)
    assert ids(RecordStream("memory://jugs/", size=SIZE)) == ids(RecordStream(folder, size=SIZE))


def test_ranks_share_the_records(shards, monkeypatch):
    stated = [RecordStream(shards, size=SIZE, task="subject", rank=rank, world_size=2) for rank in range(2)]
    told = []
    for rank in range(2):  # as torchrun tells a process
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("WORLD_SIZE", "2")
        told.append(RecordStream(shards, size=SIZE, task="subject"))
    for streams in (stated, told):
        first, second = map(ids, streams)
        assert len({*first, *second}) == len(first) + len(second) == 6


def _cut_in_a_member(data):
    return data[:1700]


def _cut_between_records(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        entries = archive.getmembers()
    last = entries[-1].name.partition(".")[0]
    return data[: next(entry.offset for entry in entries if entry.name.startswith(last))]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_cut_in_a_member, r"train-000000\.tar cannot be read \("),
        (_cut_between_records, r"train-000000\.tar was changed"),
        (lambda data: b"", r"train-000000\.tar cannot be read \("),
        (lambda data: data.replace(b"jug", b"mug"), r"train-000000\.tar was changed"),
    ],
    ids=["cut in a member", "cut between records", "empty", "changed"],
)
def test_a_shard_that_is_not_what_it_was_is_named(copied, damage, words):
    stream = RecordStream(copied, size=SIZE, buffer=0)
    shard = copied / "train-000000.tar"
    shard.write_bytes(damage(shard.read_bytes()))
    with pytest.raises(VerificationError, match=words):
        ids(stream)


def test_what_is_missing_is_named(copied, shards):
    with pytest.raises(VerificationError, match=r"00000\d\.tar, \w{64} has no member background: get an"):
        ids(RecordStream(shards, task="insertion"))
    (copied / "train-000000.tar").unlink()
    with pytest.raises(VerificationError, match=r"train-000000\.tar cannot be read \(.*No such file"):
        ids(RecordStream(copied))
    (copied / "SHA256SUMS").write_bytes(b"")
    with pytest.raises(VerificationError, match="SHA256SUMS was changed"):
        RecordStream(copied)
    (copied / "manifest.json").unlink()
    with pytest.raises(VerificationError, match="give the folder that `curate export` wrote"):
        RecordStream(copied)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "give task=... with it"),
        ({"task": "poses"}, "'poses' cannot be loaded as tensors: export one of subject"),
        ({"task": "subject", "buffer": -1}, "give 0 or more"),
        ({"task": "subject", "rank": 1}, "Give both rank and world_size"),
        ({"task": "subject", "rank": 2, "world_size": 2}, "There is no rank 2 among 2"),
    ],
)
def test_an_option_that_cannot_be_is_refused(shards, options, words):
    with pytest.raises(SettingsError, match=words):
        RecordStream(shards, **options)


def test_a_folder_of_the_other_layout_says_what_reads_it(exported):
    with pytest.raises(SettingsError, match="holds pictures, not shards: read it with RecordDataset"):
        RecordStream(exported("subject"))
    with pytest.raises(SettingsError, match="holds shards, not pictures: read it with RecordStream"):
        RecordDataset(exported("subject", "webdataset"))
