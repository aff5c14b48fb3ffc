"""Which objects a mining run compared, and what its edges do not say of them: some 3 bytes for each."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from curate.database.columns import Columns, read_columns
from curate.database.tables import Edge, MiningRun, RunObjects


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The objects of a run, by key."""

    keys: NDArray[np.int64]
    """int64 [objects], ascending."""
    photos: NDArray[np.int64]
    """int64 [objects]: those that lay in one photo, near-duplicates included, share a number."""
    above: NDArray[np.bool_]
    """bool [objects]: an object of another photo is more similar than the band allows."""
    full: NDArray[np.bool_]
    """bool [objects]: edges may be missing, because there were too many."""


def latest(
    session: Session, embedder_id: int, detector_id: int, parameters: Mapping[str, Any]
) -> tuple[MiningRun, Compared] | None:
    """The run with just these options that ended last, among those whose objects are on record."""
    row = session.execute(
        select(MiningRun, RunObjects.packed)
        .join(RunObjects, RunObjects.run_id == MiningRun.id)
        .where(
            MiningRun.embedder_id == embedder_id,
            MiningRun.detector_id == detector_id,
            MiningRun.parameters == dict(parameters),
        )
        .order_by(MiningRun.finished_at.desc(), MiningRun.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], _unpacked(row[1]))


def edges(session: Session, run_id: int) -> Columns:
    """``left`` and ``right``, keys of objects, and ``similarity`` of a run's edges, in any order."""
    rows = select(Edge.left_id, Edge.right_id, Edge.similarity).where(Edge.run_id == run_id)
    return read_columns(session, rows, {"left": "i8", "right": "i8", "similarity": "f8"})


def store(session: Session, run_id: int, compared: Compared) -> None:
    session.add(RunObjects(run_id=run_id, packed=_packed(compared)))


def _packed(compared: Compared) -> bytes:
    # Differences of neighbours are small numbers: an eighth of the size.
    arrays = {
        "keys": np.diff(compared.keys, prepend=0),
        "photos": np.diff(compared.photos, prepend=0),
        "above": np.packbits(compared.above),
        "full": np.packbits(compared.full),
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _unpacked(packed: bytes) -> Compared:
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        keys, photos = np.cumsum(arrays["keys"]), np.cumsum(arrays["photos"])
        above, full = (
            np.unpackbits(arrays[name], count=len(keys)).astype(np.bool_) for name in ("above", "full")
        )
    return Compared(keys, photos, above, full)
