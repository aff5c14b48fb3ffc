"""Opening, creating and deleting the edge engine's shard directories.

The engine (qdrant-edge-py 0.9) reports everything as a bare ``Exception`` with text, or as a Rust
panic; this module is the only place that reads those texts.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from qdrant_edge import (
    Distance,
    EdgeConfig,
    EdgeShard,
    EdgeVectorParams,
    PayloadSchemaType,
    UpdateOperation,
)

from index.errors import IndexDamaged, IndexLocked, VectorIndexError
from index.points import FLOATS, KEYWORDS, VECTOR

POLL_SECONDS = 0.02
LEFTOVER_SECONDS = 3600
"""An unfinished directory this old belongs to a process that died; creating takes .1 s."""

SPARE_BYTES = 128 << 20
"""Free space that stays untouched: the engine lays out its log and its pages in files of 32 MB."""
POINT_BYTES = 1024
"""Room for the payload, its indexes and the id of one point, several times what they take."""


def shard_path(root: Path, collection: str) -> Path:
    """Where a collection lies. Names that could leave ``root`` or hide in it are a ValueError."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", collection):
        raise ValueError(f"{collection!r} is no collection name")
    return root / collection


def is_shard(path: Path) -> bool:
    """Whether there is anything to load: a missing or empty directory is an empty collection."""
    return path.is_dir() and any(path.iterdir())


def dimension(path: Path) -> int:
    """Numbers per vector, from the engine's own description of the shard."""
    try:
        described = json.loads((path / "edge_config.json").read_text(encoding="utf-8"))
        return int(described["vectors"][VECTOR]["size"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise _damaged(path, error) from error


def check_space(path: Path, points: int, size: int) -> None:
    """Raises VectorIndexError unless the disk has room for ``points`` vectors of ``size`` numbers.

    The engine writes through memory-mapped files: on a full disk that is no error but a SIGBUS,
    which ends the process. Each vector is written twice, to the log and to its place.
    """
    needed = SPARE_BYTES + points * (2 * 4 * size + POINT_BYTES)
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise VectorIndexError(
            f"The disk under {existing} has {free >> 20} MB left and the vector index needs "
            f"{needed >> 20} MB to write {points} objects: make room, then try again."
        )


@contextmanager
def opened(path: Path, wait_seconds: float, *, create_size: int | None = None) -> Iterator[EdgeShard | None]:
    """The shard at ``path``, ours alone until the block ends; None if there is none.

    Args:
        wait_seconds: how long to wait for somebody else to let go of it.
        create_size: numbers per vector of the shard to make if there is none.

    Raises:
        IndexLocked: another process, or another thread of this one, kept it for ``wait_seconds``.
        IndexDamaged: it cannot be loaded or read.
        VectorIndexError: the file system refuses, for example because the disk is full.
    """
    with _explained(path):
        if create_size is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not is_shard(path):
            yield None
            return
        with _locked(path, wait_seconds):
            shard = _load(path, create_size)
            try:
                yield shard
            finally:
                if shard is not None:
                    shard.close()


def delete(path: Path, wait_seconds: float) -> None:
    """Delete a shard that nobody holds, damaged or not. It vanishes at once, then its files go."""
    with _explained(path):
        if not is_shard(path):
            return
        doomed = path.parent / f".dropped-{uuid4().hex}"
        with _locked(path, wait_seconds):
            path.rename(doomed)
        shutil.rmtree(doomed)


@contextmanager
def _locked(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the lock file beside the shard. It stays for ever, only the lock comes and goes.

    The engine has a lock of its own and it is not enough: a load that is going to fail with
    ``WouldBlock`` has touched the segments by then. With two processes that load, write and close in
    turn and are killed now and then, 60 rounds lost payloads, then acknowledged points, and in the
    end loading aborted the process; with this lock nothing is lost.
    """
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(lock, path, wait_seconds)
        yield
        fcntl.flock(lock, fcntl.LOCK_UN)  # closing would leave it to children that were forked meanwhile
    finally:
        os.close(lock)


def _wait_for(lock: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _held(path) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _load(path: Path, create_size: int | None) -> EdgeShard | None:
    if not is_shard(path):
        if create_size is None:
            return None
        _create(path, create_size)
    return EdgeShard.load(str(path))


def _create(path: Path, size: int) -> None:
    """Make an empty shard, whole or not at all.

    It is built beside its place and renamed into it: a shard that a SIGKILL left half-made could
    never be loaded again.
    """
    _remove_leftovers(path.parent)
    fresh = path.parent / f".new-{uuid4().hex}"
    try:
        _build(fresh, size)
        fresh.rename(path)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _build(path: Path, size: int) -> None:
    vectors = {VECTOR: EdgeVectorParams(size=size, distance=Distance.Cosine)}
    shard = EdgeShard.create(str(path), EdgeConfig(vectors=vectors))
    for field in KEYWORDS:
        shard.update(UpdateOperation.create_field_index(field, PayloadSchemaType.Keyword))
    for field in FLOATS:
        shard.update(UpdateOperation.create_field_index(field, PayloadSchemaType.Float))
    shard.close()


def _remove_leftovers(root: Path) -> None:
    for pattern in (".new-*", ".dropped-*"):
        for leftover in root.glob(pattern):
            if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
                shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Give the complaints of the engine and of the file system a type and a sentence."""
    try:
        yield
    except OSError as error:
        raise _refused(path, error) from error
    except BaseException as error:
        if type(error) is not Exception and type(error).__name__ != "PanicException":
            raise
        if "WouldBlock" in str(error):
            raise _held(path) from error
        if "os error" in str(error):
            raise _refused(path, error) from error
        raise _damaged(path, error) from error


def _held(path: Path) -> IndexLocked:
    return IndexLocked(
        f"The vector index in {path} is held by another process: "
        "wait until that has finished, or stop it, then try again."
    )


def _refused(path: Path, error: BaseException) -> VectorIndexError:
    return VectorIndexError(f"The vector index in {path} cannot be used: {_short(error)}.")


def _damaged(path: Path, error: BaseException) -> IndexDamaged:
    return IndexDamaged(
        f"The vector index in {path} is damaged and has to be built anew "
        f"from the stored vectors: {_short(error)}."
    )


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]
