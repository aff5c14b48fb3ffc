"""WebDataset shards: tar files whose neighbouring members of one key are a record."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import IO, TYPE_CHECKING, Any

import fsspec
from PIL import Image

from curate.errors import VerificationError
from curate.exporters.manifest_file import AGAIN
from curate.training.pictures import decoded_picture

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True)
class Shard:
    """One tar file."""

    url: str
    """A path, or a URL that ``fsspec`` opens."""
    sha256: str | None = None
    """Of the whole file; None if nobody stated it."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it lies in its shard."""

    name: str
    """Shard and key, for sentences."""
    members: Mapping[str, bytes]
    """Files by what stands behind the key in their names: ``target``, ``ref0``, ``json``."""

    def member(self, part: str) -> bytes:
        """A file's bytes.

        Raises:
            VerificationError: There is no such file.
        """
        if part not in self.members:
            raise VerificationError(f"{self.name} has no member {part}: {AGAIN}")
        return self.members[part]

    def row(self) -> dict[str, Any]:
        """All that the record says besides its pictures.

        Raises:
            VerificationError: There is no such file, or it is no JSON object.
        """
        try:
            return dict(json.loads(self.member("json")))
        except (TypeError, ValueError) as error:
            raise VerificationError(f"{self.name}.json cannot be read ({error}): {AGAIN}") from error

    def picture(self, part: str) -> Image.Image:
        """A decoded picture.

        Raises:
            VerificationError: There is no such file, or it is no picture.
        """
        return decoded_picture(self.member(part), f"{self.name}.{part}")


def stored_records(shard: Shard) -> Iterator[StoredRecord]:
    """The records of a shard in their order, read once from front to end.

    Raises:
        VerificationError: The file is missing, cut off or no tar file; or it ends and was changed. Names it.
    """
    try:
        with fsspec.open(shard.url, "rb") as file:
            hashed = _Hashed(file)
            with tarfile.open(fileobj=hashed, mode="r|") as archive:
                entries = iter(archive.next, None)
                for key, members in groupby(entries, key=lambda member: member.name.partition(".")[0]):
                    files = {_part(member.name): _content(archive, member) for member in members}
                    yield StoredRecord(f"{shard.url}, {key}", files)
                    archive.members.clear()  # type: ignore[attr-defined]  # headers would stay in memory
            found = hashed.rest()
    except (OSError, tarfile.TarError) as error:
        raise VerificationError(f"{shard.url} cannot be read ({error}): {AGAIN}") from error
    if shard.sha256 not in (None, found):
        raise VerificationError(f"{shard.url} was changed: {AGAIN}")


def _part(name: str) -> str:
    return name.partition(".")[2].partition(".")[0]


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


class _Hashed(io.RawIOBase):
    """A file that is read from front to end, with the hash of what was read.

    Only the hash tells of a shard that was cut off between two members: tarfile takes that for its end.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        data = self._file.read(len(memoryview(buffer)))
        self._hash.update(data)
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def rest(self) -> str:
        """Hex sha256 of the whole file."""
        while self.read(1 << 20):
            pass
        return self._hash.hexdigest()
