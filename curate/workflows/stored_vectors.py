"""Vectors read back from the blocks of the media store, each block once."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from curate import vector_blocks
from curate.database import approval_columns, vectors
from curate.database.columns import Columns
from curate.errors import NotFoundError
from curate.workflows.scratch import scratch_errors, scratch_file
from curate.workflows.settled import Numbers
from curate.workflows.things import Things, places_in
from curate.workspace import Workspace

_TOGETHER = 1 << 26
"""Bytes of vectors that are put in order before they are written: most calls write one row otherwise."""
_AHEAD, _READERS = 8, 2
"""Blocks that are read while others are put in order, and how many of them at once."""
Place = tuple[str, int]
"""sha256 of a block and the row in it."""


def read(workspace: Workspace, places: Sequence[Place]) -> NDArray[np.float32]:
    """float32 [len(places), dimension], in the order of ``places``; there must be at least one.

    Raises:
        MediaError: a block is missing or damaged.
    """
    order = sorted(range(len(places)), key=lambda n: places[n][0])
    found: NDArray[np.float32] | None = None
    for sha256, members in groupby(order, key=lambda n: places[n][0]):
        block, _ = vector_blocks.unpack(workspace.media.get(sha256, vector_blocks.SUFFIX))
        if found is None:
            found = np.empty((len(places), block.shape[1]), dtype=np.float32)
        here = list(members)
        found[here] = block[[places[n][1] for n in here]]
    assert found is not None, "callers ask for at least one vector"
    return found


def of_objects(workspace: Workspace, embedder_id: int, public_ids: Sequence[UUID]) -> NDArray[np.float32]:
    """Vectors of these objects by one embedder, in their order.

    Raises:
        NotFoundError: one of them was never embedded by it.
    """
    with workspace.transaction() as session:
        places = vectors.places(session, embedder_id, public_ids)
    if missing := [public_id for public_id in public_ids if public_id not in places]:
        raise _missing(missing[0])
    return read(workspace, [places[public_id] for public_id in public_ids])


def _missing(public_id: UUID) -> NotFoundError:
    return NotFoundError(f"Object {public_id} has no vector by this embedder: type `curate embed`.")


@dataclass(frozen=True, slots=True)
class OrderedVectors:
    """Vectors in a file, in the order in which they are wanted: blocks hold those of many sets."""

    handle: int
    """Of the open file."""
    row_bytes: int

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Rows ``start`` to ``end``, float32 [end - start, dimension]."""
        # Not mapped into memory: pages that were read would count as this process's.
        data = os.pread(self.handle, (end - start) * self.row_bytes, start * self.row_bytes)
        return np.frombuffer(data, np.float32).reshape(end - start, -1)


@contextmanager
def in_order(
    workspace: Workspace, embedder_id: int, things: Things, wanted: Numbers
) -> Iterator[OrderedVectors]:
    """Vectors of any number of objects, each block read once and a few of them in memory at a time.

    Args:
        workspace: Holds them, and their copy until this is closed.
        embedder_id: Key of the embedder.
        things: Objects.
        wanted: Numbers of at least one of them, in the order in which they are wanted.

    Raises:
        NotFoundError: one of them was never embedded by it.
        MediaError: a block is missing or damaged.
    """
    objects = things.keys[wanted]
    with workspace.transaction() as session:
        found = approval_columns.vectors(session, embedder_id, objects)
        row_bytes = 4 * vectors.dimension(session, embedder_id)
    if len(found["object"]) < len(objects):
        raise _missing(things.public_ids(wanted[~np.isin(objects, found["object"])])[0])
    with scratch_file(workspace) as file:
        placed = {**found, "at": places_in(objects, found["object"])}
        for _ in lay_out(workspace, file.fileno(), embedder_id, placed):
            pass
        yield OrderedVectors(file.fileno(), row_bytes)


def lay_out(
    workspace: Workspace, file: int, embedder_id: int, wanted: Columns, *, together: int = _TOGETHER
) -> Iterator[tuple[int, int]]:
    """Write vectors to an open file in the order in which they are wanted.

    Args:
        workspace: Holds them.
        file: Handle of an empty file in its folder.
        embedder_id: Key of the embedder.
        wanted: Where each lies, ``block`` and ``row``, and which row of the file it becomes, ``at``.
        together: Bytes of vectors in memory at a time, but for a few blocks; the more, the fewer writes.

    Yields:
        Blocks done and in all.

    Raises:
        MediaError: a block is missing or damaged.
        WorkspaceError: the disk is full.
    """
    with workspace.transaction() as session:
        files = approval_columns.block_files(session, embedder_id)
        dimension = vectors.dimension(session, embedder_id)
    by_block = np.argsort(wanted["block"], kind="stable")
    blocks, row, at = (wanted[name][by_block] for name in ("block", "row", "at"))
    ends = np.append(np.flatnonzero(np.diff(blocks)) + 1, len(blocks))
    starts = np.append(0, ends[:-1])
    with closing(_read_ahead(workspace, [files[key] for key in blocks[starts].tolist()])) as stored:
        for portion in _portions(ends, together // (4 * dimension)):
            start, end = starts[portion[0]], ends[portion[-1]]
            order = np.argsort(at[start:end])
            places = np.argsort(order)
            rows = np.empty((len(order), dimension), np.float32)
            for block in portion:
                here = places[starts[block] - start : ends[block] - start]
                rows[here] = next(stored)[row[starts[block] : ends[block]]]
                if block + 1 < portion.stop:
                    yield block + 1, len(ends)
            with scratch_errors(workspace):
                _write_rows(file, rows, at[start:end][order])
            yield portion.stop, len(ends)


def _portions(ends: Numbers, rows: int) -> Iterator[range]:
    """Blocks that hold so many rows together at most, or one alone.

    Args:
        ends: int64 [blocks]: rows up to the end of each.
    """
    first, held = 0, 0
    while first < len(ends):
        last = max(first + 1, int(np.searchsorted(ends, held + rows, "right")))
        yield range(first, last)
        first, held = last, int(ends[last - 1])


def _read_ahead(workspace: Workspace, files: Sequence[str]) -> Generator[NDArray[np.float32]]:
    """Vectors of each of these blocks, a few of which are read and checked while the caller has another."""

    def read_block(sha256: str) -> NDArray[np.float32]:
        return vector_blocks.vectors(workspace.media.get(sha256, vector_blocks.SUFFIX))

    pool = ThreadPoolExecutor(_READERS, "blocks")
    try:
        ahead = deque(pool.submit(read_block, each) for each in files[:_AHEAD])
        for later in [*files[_AHEAD:], *[None] * len(ahead)]:
            ready = ahead.popleft().result()
            if later is not None:
                ahead.append(pool.submit(read_block, later))
            yield ready
    finally:
        pool.shutdown(cancel_futures=True)


def _write_rows(file: int, rows: NDArray[np.float32], places: Numbers) -> None:
    """Neighbours by one call; ``places`` ascend."""
    starts = np.flatnonzero(np.append(True, np.diff(places) != 1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(places)], strict=True):
        data = rows[start:end].data
        if os.pwrite(file, data, int(places[start]) * rows[0].nbytes) < data.nbytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
