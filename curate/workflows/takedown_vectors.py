"""Vectors of a photo that is taken down: blocks are written anew without them, and index points go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from curate import vector_blocks
from curate.database import fingerprints, vectors
from curate.database.tables import Model, VectorBlock
from curate.errors import MediaMissingError
from curate.workflows.index_entries import collection_of
from curate.workflows.index_upkeep import upsert_block
from curate.workspace import Workspace
from index.interfaces import ObjectIndex


def erase_vectors(workspace: Workspace, objects: Collection[UUID]) -> None:
    """Write every block that holds a vector of these objects, whose photos were taken down, without them.

    New file, then the rows that point at it, then the old file, and the old block's row last: until then it
    names the file that is still to go.
    """
    with workspace.transaction() as session:
        blocks = vectors.to_clear(session)
    for block in blocks:
        _rewrite(workspace, block, set(objects))


def erase_points(workspace: Workspace, objects: Collection[UUID], *, again: bool) -> int:
    """Forget the objects in every collection of the search index; how many points there were.

    The blocks hold them no more. A server clears the place of deleted points by itself; the embedded engine
    leaves their vectors in its files, so that a collection that held some is written anew.

    Args:
        again: Fill in, too, what a takedown left out that was killed while it wrote a collection anew.
    """
    with workspace.transaction() as session:
        models = fingerprints.of_role(session, "embedder")
    if not models or not objects:
        return 0
    with workspace.index() as index:
        gone = {model: _erased(workspace, index, model, sorted(objects)) for model in models}
        for model, count in gone.items():
            if count or again:
                _fill(workspace, index, model)
    return sum(gone.values())


def _erased(workspace: Workspace, index: ObjectIndex, model: Model, objects: Sequence[UUID]) -> int:
    collection = collection_of(model.name, model.fingerprint)
    held = [point.id for point in index.retrieve(collection, objects)]
    if workspace.settings.qdrant_url is not None:
        index.remove(collection, held)
    elif held:
        index.drop(collection)
    return len(held)


def _fill(workspace: Workspace, index: ObjectIndex, model: Model) -> None:
    with workspace.transaction() as session:
        expected, blocks = vectors.count(session, model.id), vectors.blocks(session, model.id)
    if index.count(collection_of(model.name, model.fingerprint)) < expected:
        for block in blocks:
            upsert_block(workspace, index, model, block)


def _rewrite(workspace: Workspace, block: VectorBlock, gone: set[UUID]) -> None:
    media = workspace.media
    with workspace.transaction() as session:
        left = vectors.living_rows(session, block.id)
    try:
        matrix, inside = vector_blocks.unpack(media.get(block.sha256, vector_blocks.SUFFIX))
    except MediaMissingError:
        if left:
            raise  # its other vectors are lost: that is for the doctor to say
    else:
        if gone.isdisjoint(inside):
            return
        sha256 = None
        if left:
            rows, ids = [row for _, _, row in left], [public_id for _, public_id, _ in left]
            sha256 = media.put(vector_blocks.pack(matrix[rows], ids), vector_blocks.SUFFIX)
        with workspace.transaction() as session:
            vectors.replace(session, block, sha256, [key for key, _, _ in left])
    with workspace.transaction() as session:
        alone = vectors.only_name(session, block)
    if alone:
        media.remove(f"{block.sha256}{vector_blocks.SUFFIX}")
    with workspace.transaction() as session:
        vectors.drop_block(session, block.id)
