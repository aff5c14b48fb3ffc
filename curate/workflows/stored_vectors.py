"""Vectors read back from the blocks of the media store, each block once."""

from __future__ import annotations

import mmap
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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

_AHEAD, _WORKERS = 8, 2
"""Blocks that are begun before the caller has heard of the first, and how many are read at once."""
_COUNTED = 1 << 28
"""Bytes written until their pages are given back, which count as this process's while they are mapped."""
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


def lay_out(workspace: Workspace, file: int, embedder_id: int, wanted: Columns) -> Generator[tuple[int, int]]:
    """Write vectors to an open file in the order in which they are wanted.

    Through its pages instead of a buffer: memory that nobody had before takes longer to get than to fill.

    Args:
        workspace: Holds them.
        file: Handle of an empty file in its folder, to read and write.
        embedder_id: Key of the embedder.
        wanted: Where each lies, ``block`` and ``row``, and which row of the file it becomes, ``at``. At least
            one.

    Yields:
        Blocks done and in all.

    Raises:
        MediaError: a block is missing or damaged.
        WorkspaceError: the disk is full.
    """
    with workspace.transaction() as session:
        files = approval_columns.block_files(session, embedder_id)
        dimension = vectors.dimension(session, embedder_id)
    by_block = np.lexsort((wanted["row"], wanted["block"]))
    blocks, row, at = (wanted[name][by_block] for name in ("block", "row", "at"))
    ends = np.append(np.flatnonzero(np.diff(blocks)) + 1, len(blocks))
    starts = np.append(0, ends[:-1])
    mapped = _mapped(workspace, file, (int(at.max()) + 1) * 4 * dimension)
    rows = np.frombuffer(mapped, np.float32).reshape(-1, dimension)

    def copy(number: int) -> None:
        data = workspace.media.get(files[int(blocks[starts[number]])], vector_blocks.SUFFIX)
        here = slice(starts[number], ends[number])
        rows[at[here]] = _rows_of(vector_blocks.vectors(data), row[here])

    written = 0
    for number in _some_ahead(copy, range(len(ends))):
        written += (ends[number] - starts[number]) * rows[0].nbytes
        if written >= _COUNTED:
            mapped.madvise(mmap.MADV_DONTNEED)  # of a file: its pages stay, and are not this process's
            written = 0
        yield number + 1, len(ends)


def _mapped(workspace: Workspace, file: int, size: int) -> mmap.mmap:
    """The file, grown: a full disk is an error here; once it is mapped it would be the end of the process."""
    with scratch_errors(workspace):
        os.posix_fallocate(file, 0, size)
        return mmap.mmap(file, size)


def _rows_of(block: NDArray[np.float32], wanted: Numbers) -> NDArray[np.float32]:
    """Some rows of a block, ascending; nearly always all of them, which need not be copied."""
    return block if np.array_equal(wanted, np.arange(len(block))) else block[wanted]


def _some_ahead(do: Callable[[int], None], numbers: range) -> Generator[int]:
    """Each number once its part is done, on a few threads that are not much ahead of the caller."""
    pool = ThreadPoolExecutor(_WORKERS, "blocks")
    try:
        ahead = deque((number, pool.submit(do, number)) for number in numbers[:_AHEAD])
        for later in [*numbers[_AHEAD:], *[None] * len(ahead)]:
            number, done = ahead.popleft()
            done.result()
            if later is not None:
                ahead.append((later, pool.submit(do, later)))
            yield number
    finally:
        pool.shutdown(cancel_futures=True)
