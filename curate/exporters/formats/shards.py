"""Tar files in which the files of a sample stand in a row, called by its id and what they are.

``<id>.json`` has all columns of a row that name no picture. Pictures are called like their column:
``target_file_name`` is ``<id>.target.jpg`` (or ``.png``), and ``reference_file_names`` are ``<id>.ref0.jpg``,
``<id>.ref1.jpg`` in their order. A column without a picture has no file. Samples stand in the order of their
ids, and files of a sample in that of their names.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import BinaryIO

from curate.exporters.formats.files import json_bytes, plain_values
from curate.exporters.tasks.task import Row

_LISTS = {"reference_file_names": "ref"}
"""What pictures of a list are called, before their number."""


def parts_of(row: Row) -> dict[str, str | None]:
    """Paths of a row's pictures below the split folder, by what follows the id; None for the row itself."""
    names: dict[str, str] = {}
    for column, value in row.items():
        if column.endswith("_file_name") and value is not None:
            names[column.removesuffix("_file_name")] = value
        elif column.endswith("_file_names"):
            start = _LISTS.get(column, column.removesuffix("_file_names"))
            names |= {f"{start}{number}": each for number, each in enumerate(value or ())}
    parts = {f"{part}{name[-4:]}": name for part, name in names.items()}  # .jpg or .png, as all are
    return dict(sorted([*parts.items(), ("json", None)]))


def row_bytes(row: Row) -> bytes:
    """What a row says besides its pictures."""
    return json_bytes(plain_values(row))


def shard_name(split: str, number: int) -> str:
    """What the shards of a split are called, counted from 0."""
    return f"{split}-{number:06d}.tar"


def shard_names(split: str) -> Iterator[str]:
    """As many as are wanted, in their order."""
    return (shard_name(split, number) for number in count())


class Filling:
    """Deals the samples of a split out to shards: as soon as one has no room for a sample, the next begins.

    Args:
        largest: Bytes of a shard at most, unless a single sample is larger.
    """

    def __init__(self, largest: int) -> None:
        self.number = 0
        """Of the shard that the last sample went to."""
        self._largest = largest
        self._filled = 0

    def add(self, sizes: Iterable[int]) -> int:
        """The number of the shard for a sample with files of these sizes, in bytes."""
        blocks = sum(-(-size // tarfile.BLOCKSIZE) + 1 for size in sizes) * tarfile.BLOCKSIZE
        # A tar file is padded to whole records at its end.
        if self._filled and self._filled + blocks + tarfile.RECORDSIZE > self._largest:
            self.number, self._filled = self.number + 1, 0
        self._filled += blocks
        return self.number


class Shards:
    """Writes samples of one split, into one shard after another.

    Args:
        tree: The folder that gets them.
        split: Its name.
        largest: Bytes of a shard at most, unless a single sample is larger.
    """

    def __init__(self, tree: Path, split: str, largest: int) -> None:
        self._tree, self._split = tree, split
        self._filling = Filling(largest)
        self._shard = self._new(0)
        self._number = 0

    def add(self, sample: Mapping[str, bytes]) -> None:
        """Append the files of a sample, content by name."""
        number = self._filling.add(map(len, sample.values()))
        if number != self._number:
            self.close()
            self._shard, self._number = self._new(number), number
        for name, data in sample.items():
            self._shard.addfile(_entry(name, len(data)), io.BytesIO(data))
        self._shard.members.clear()  # type: ignore[attr-defined]  # the headers of all files so far

    def close(self) -> None:
        self._shard.close()

    def _new(self, number: int) -> tarfile.TarFile:
        return tarfile.TarFile(self._tree / shard_name(self._split, number), "x", format=tarfile.USTAR_FORMAT)


def members(shard: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of the files in a shard, one in memory at a time.

    Raises:
        tarfile.TarError: It is no tar file, or has something in it that ``Shards`` does not write: other
            headers, or bytes between the files or behind them.
    """
    with shard.open("rb") as file:
        while any(header := file.read(tarfile.BLOCKSIZE)):
            entry = _parsed(header)
            padding = -entry.size % tarfile.BLOCKSIZE
            if file.tell() + entry.size + padding > shard.stat().st_size:
                raise tarfile.ReadError(f"{entry.name} is cut off")
            yield entry.name, file.read(entry.size)
            if any(file.read(padding)):
                raise tarfile.ReadError(f"there is something behind {entry.name}")
        _check_end(file)


def _parsed(header: bytes) -> tarfile.TarInfo:
    try:
        entry = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        if header == _entry(entry.name, entry.size).tobuf(tarfile.USTAR_FORMAT):
            return entry
    except ValueError as error:  # a size or a name that such a header cannot have
        raise tarfile.ReadError(str(error)) from error
    raise tarfile.ReadError(f"{entry.name} is no plain file of nobody")


def _check_end(file: BinaryIO) -> None:
    """One empty block was read: another one follows, and zeros up to a whole record."""
    missing = -(file.tell() + tarfile.BLOCKSIZE) % tarfile.RECORDSIZE
    rest = file.read(tarfile.RECORDSIZE + tarfile.BLOCKSIZE)
    if len(rest) != tarfile.BLOCKSIZE + missing or any(rest):
        raise tarfile.ReadError("it does not end where its files do")


def _entry(name: str, size: int) -> tarfile.TarInfo:
    """Of no time and nobody."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry
