"""What a command keeps on disk while it runs, because memory may not hold it."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import IO, Any, Generic, TypeVar
from uuid import UUID

from curate.errors import WorkspaceError
from curate.workspace import DATA, Workspace

Record = TypeVar("Record")


@contextmanager
def scratch_file(workspace: Workspace) -> Iterator[IO[bytes]]:
    """A file without a name in the workspace: it is gone when this is closed, or the process killed.

    Raises:
        WorkspaceError: it cannot be made.
    """
    with scratch_errors(workspace):
        file = tempfile.TemporaryFile(dir=workspace.root / DATA)  # noqa: SIM115
    with file:
        yield file


@contextmanager
def scratch_errors(workspace: Workspace) -> Iterator[None]:
    """Say what to do when a scratch file cannot be written."""
    try:
        yield
    except OSError as error:
        raise WorkspaceError(
            f"{workspace.root / DATA} cannot hold what is written there meanwhile "
            f"({error.strerror or error}): make room there."
        ) from error


class _Pickler(pickle.Pickler):
    """Records as calls of their classes: dataclasses with slots take three times as long by themselves."""

    def reducer_override(self, obj: object) -> Any:
        kind = type(obj)
        if kind is UUID:
            return _uuid, (obj.bytes,)  # type: ignore[attr-defined]
        if kind not in _ARGUMENTS:
            _ARGUMENTS[kind] = _arguments(kind)
        values = _ARGUMENTS[kind]
        return (kind, values(obj)) if values else NotImplemented


_ARGUMENTS: dict[type, Callable[[object], tuple[Any, ...]] | None] = {}
"""What reads the arguments of a class off a record of it; None for what is no such class."""


def _arguments(kind: type) -> Callable[[object], tuple[Any, ...]] | None:
    found = fields(kind) if is_dataclass(kind) else ()
    if len(found) < 2 or any(each.kw_only or not each.init for each in found):
        return None
    return attrgetter(*(each.name for each in found))


def _uuid(data: bytes) -> UUID:
    return UUID(bytes=data)


class RecordSpool(Generic[Record]):
    """Records on their way from what chooses them to what writes them, a portion in memory at a time.

    Args:
        workspace: Whose scratch file it is.
        file: Empty; nobody else can write to it, so that what is unpickled was pickled here.
    """

    def __init__(self, workspace: Workspace, file: IO[bytes]) -> None:
        self._workspace = workspace
        self._file = file
        self.count = 0

    def add(self, records: Sequence[Record]) -> None:
        """Keep a portion.

        Raises:
            WorkspaceError: the disk is full.
        """
        with scratch_errors(self._workspace):
            _Pickler(self._file, pickle.HIGHEST_PROTOCOL).dump(list(records))
            self._file.flush()
        self.count += len(records)

    def __iter__(self) -> Iterator[Record]:
        """All of them, in the order in which they were added."""
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield from pickle.load(self._file)  # noqa: S301
