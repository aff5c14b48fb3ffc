"""Write and check the files that a format adds to the rows and pictures of a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from curate.errors import PhotoError
from curate.exporters.media_files import THREADS
from curate.exporters.tasks.task import Row

Own = dict[str, str]
"""sha256 by path of the files that are neither rows nor pictures where rows say; checks take out what they
account for."""

PICTURES = ("_file_name", "_file_names")
"""How names of columns with pictures end."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def json_bytes(value: object) -> bytes:
    """JSON on one line; equal for equal values whatever their order was."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, default=_as_text)
    return text.encode()


def plain_values(row: Row) -> dict[str, Any]:
    """All of a row but the names of its pictures."""
    return {name: value for name, value in row.items() if not name.endswith(PICTURES)}


def write_pieces(path: Path, pieces: Iterable[bytes]) -> str:
    """Write a new file piece by piece; sealing makes it durable. Returns its hex sha256."""
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
    return digest.hexdigest()


def piece_faults(own: Own, path: str, pieces: Iterable[bytes]) -> Iterator[str]:
    """Whether the file at ``path`` is what would be written today."""
    digest = hashlib.sha256()
    try:
        for piece in pieces:
            digest.update(piece)
    except PhotoError as error:
        own.pop(path, None)
        yield f"{path} cannot be compared with its rows ({str(error).rstrip('.')})"
        return
    yield from _hash_faults(own, path, digest.hexdigest(), "does not say what its rows say")


def copy_faults(own: Own, path: str, name: str) -> Iterator[str]:
    """Whether the picture ``name`` of a row, which is called by its sha256, lies at ``path`` too."""
    yield from _hash_faults(own, path, PurePosixPath(name).stem, f"is not the picture {name} of its row")


def _hash_faults(own: Own, path: str, sha256: str, otherwise: str) -> Iterator[str]:
    found = own.pop(path, None)
    if found is None:
        yield f"{path} is missing"
    elif found != sha256:
        yield f"{path} {otherwise}"


def in_threads(
    work: Callable[[_Item], _Result], items: Iterable[_Item], at_once: int = 100
) -> Iterator[_Result]:
    """``work`` over ``items`` in their order; ``at_once`` of them are in memory."""
    waiting = iter(items)
    with ThreadPoolExecutor(THREADS) as pool:
        while portion := list(islice(waiting, at_once)):
            yield from pool.map(work, portion)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
