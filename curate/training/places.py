"""Which of the processes that read one set this one is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch.distributed
from torch.utils.data import get_worker_info

from curate.errors import SettingsError
from curate.training.shards import Shard, StoredRecord, stored_records


@dataclass(frozen=True, slots=True)
class Place:
    """One of several readers that share a set without doubles or losses."""

    number: int
    readers: int

    @classmethod
    def of_rank(cls, rank: int | None, ranks: int | None) -> Place:
        """As stated, else by ``torch.distributed`` if that is set up, else by ``torchrun``'s environment.

        Raises:
            SettingsError: Only one is stated, or there is no such rank.
        """
        if (rank is None) != (ranks is None):
            raise SettingsError("Give both rank and world_size, or none of them.")
        if rank is not None and ranks is not None:
            found = cls(rank, ranks)
        elif torch.distributed.is_available() and torch.distributed.is_initialized():
            found = cls(torch.distributed.get_rank(), torch.distributed.get_world_size())
        else:
            found = cls(int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1)))
        if not 0 <= found.number < found.readers:
            raise SettingsError(f"There is no rank {found.number} among {found.readers}: count from 0.")
        return found

    def of_worker(self) -> Place:
        """This rank's place, divided among the workers of a loader if this is one."""
        info = get_worker_info()
        if info is None:
            return self
        return Place(self.number * info.num_workers + info.id, self.readers * info.num_workers)

    def records(self, shards: Sequence[Shard]) -> Iterator[StoredRecord]:
        """This reader's part: each n-th shard, or each n-th record if there are fewer shards than readers."""
        if len(shards) >= self.readers:
            yield from _records(shards[self.number :: self.readers])
            return
        for number, record in enumerate(_records(shards)):
            if number % self.readers == self.number:
                yield record


def _records(shards: Iterable[Shard]) -> Iterator[StoredRecord]:
    for shard in shards:
        yield from stored_records(shard)
