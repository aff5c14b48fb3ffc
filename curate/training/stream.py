"""Records of WebDataset shards as the papers' tensors, in a stream."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch.utils.data import IterableDataset

from curate.errors import SettingsError
from curate.exporters.formats.shards import parts_of
from curate.exporters.tasks.task import Row
from curate.training.cells import Fit
from curate.training.folder import shards_of
from curate.training.places import Place
from curate.training.samples import SampleMaker, Transform
from curate.training.shards import Shard, StoredRecord
from curate.training.tasks import TensorSample


class RecordStream(IterableDataset[TensorSample]):
    """One split of a folder in the format ``webdataset``, as the tensors that ``RecordDataset`` describes.

    Shards are read from front to end, from a disk or from where ``fsspec`` reads (``s3://...``, ``https://...``).

    **Order.** Shards come in another order each epoch, and records are drawn from a buffer of ``buffer`` that
    is kept full, as undecoded files: with 4 photos of 3 MB each, 100 records are 1.2 GB in every worker.
    ``buffer=0`` gives everything as it lies in the shards. The order follows from seed, epoch and the numbers
    of ranks and workers, ``transform``'s chance from seed, epoch and ``sample_id``; call ``set_epoch`` before
    each epoch.

    **Sharing.** Each record goes to one worker of one rank: by shard if there are at least as many shards as
    workers in all ranks, else by record, for which every worker reads all shards. Ranks may get different
    numbers of records. The rank is found when the stream is made, so set up ``torch.distributed`` first.

    Args:
        source: The exported folder, a path or URL; or a list of shards, paths or URLs, with ``task``.
        split: ``train``, ``validation`` or ``test``; a list of shards is taken as it is.
        size: As in ``RecordDataset``; so are ``fit``, ``reference_fit``, ``margin``, ``transform``, ``seed``.
        task: Of a list of shards; a folder says it itself.
        buffer: Records to draw from.
        rank: Of this process, from 0 on, if it is not to be found out.
        world_size: How many ranks there are.

    Raises:
        SettingsError: Split, task or an argument do not exist.
        VerificationError: Here or for a record: manifest, shard or a member is missing or was changed; it is
            named. A shard of a folder is checked against SHA256SUMS when it was read to its end.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | Sequence[str],
        split: str = "train",
        size: int = 512,
        *,
        fit: Fit = "pad",
        reference_fit: Fit | None = None,
        margin: float = 0.5,
        transform: Transform | None = None,
        seed: int = 0,
        task: str | None = None,
        buffer: int = 100,
        rank: int | None = None,
        world_size: int | None = None,
    ) -> None:
        if isinstance(source, str | os.PathLike):
            task, self._shards = shards_of(os.fspath(source), split)
        else:
            self._shards = tuple(map(Shard, source))
        if task is None:
            raise SettingsError("A list of shards does not say what its records are: give task=... with it.")
        if buffer < 0:
            raise SettingsError(f"A buffer of {buffer} records cannot be: give 0 or more.")
        self.task = task
        self._place, self._buffer = Place.of_rank(rank, world_size), buffer
        self._maker = SampleMaker(
            task,
            size,
            fit=fit,
            reference_fit=reference_fit,
            margin=margin,
            transform=transform,
            seed=seed,
        )

    def __iter__(self) -> Iterator[TensorSample]:
        place = self._place.of_worker()
        records = place.records(self._ordered())
        if self._buffer:
            records = _drawn(records, self._buffer, self._maker.epochs.generator(1, place.number))
        for record in records:
            yield from self._samples(record)

    def set_epoch(self, epoch: int) -> None:
        """Draw another order, and give ``transform`` other chance; persistent workers see it too."""
        self._maker.epochs.set(epoch)

    def _ordered(self) -> Sequence[Shard]:
        if not self._buffer:
            return self._shards
        order = torch.randperm(len(self._shards), generator=self._maker.epochs.generator(0))
        return [self._shards[number] for number in order]

    def _samples(self, record: StoredRecord) -> Iterator[TensorSample]:
        """One, or none if the task leaves such records out."""
        tensors = self._maker.tensors
        row = record.row()
        parts = {column: _parts(column, row, most) for column, most in tensors.pictures.items()}
        # As in a table: None where there is no picture.
        row |= {
            column: named if record.members.keys() >= set(named) else None for column, named in parts.items()
        }
        if tensors.keeps is None or tensors.keeps(row):
            pictures = {column: [record.picture(part) for part in named] for column, named in parts.items()}
            yield self._maker.sample(row, pictures, int(row["sample_id"][:16], 16))


def _parts(column: str, row: Row, most: int) -> list[str]:
    """What the members of a column are called between key and suffix. The row has no names of pictures."""
    many = column.endswith("_file_names")
    named = parts_of({column: [""] * min(most, len(row["reference_boxes"])) if many else ""})
    return [part for part, name in named.items() if name is not None]


def _drawn(
    records: Iterable[StoredRecord], buffer: int, generator: torch.Generator
) -> Iterator[StoredRecord]:
    """All ``records``; each time one of ``buffer`` that are held, by chance."""
    held: list[StoredRecord] = []
    for record in records:
        if len(held) < buffer:
            held.append(record)
            continue
        place = int(torch.randint(buffer, (), generator=generator))
        held[place], record = record, held[place]
        yield record
    for number in torch.randperm(len(held), generator=generator):
        yield held[number]
