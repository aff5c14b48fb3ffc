"""Rules about one row and its pictures, wherever these lie: in files of their own or in shards."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from curate.errors import PhotoError
from curate.exporters.bare_bytes import NOT_EXPORTED, bare_suffix
from curate.exporters.file_structure import picture_size
from curate.exporters.tasks.task import PixelsOf, Row, Task


def size_or_fault(name: str, data: bytes) -> tuple[int, int] | str:
    """Width and height of an exported picture, or a phrase such as ``is not a picture``."""
    size = picture_size(data)
    if size is None:
        return "is not a picture"
    return size if bare_suffix(data) == name[-4:] else NOT_EXPORTED


def pixel_faults(task: Task, row: Row, pixels: PixelsOf) -> Iterator[str]:
    """The task's rules that only decoded pixels can tell; each picture is decoded once."""
    try:
        yield from task.pixel_faults(row, cache(pixels))
    except PhotoError as error:
        yield f"has a picture that cannot be decoded ({str(error).rstrip('.')})"
