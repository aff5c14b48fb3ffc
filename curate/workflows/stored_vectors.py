"""Vectors read back from the blocks of the media store, each block once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from curate import vector_blocks
from curate.database import vectors
from curate.errors import NotFoundError
from curate.workspace import Workspace

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
        raise NotFoundError(f"Object {missing[0]} has no vector by this embedder: type `curate embed`.")
    return read(workspace, [places[public_id] for public_id in public_ids])
