"""The search index is a copy: make it anew from the vector blocks, or look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from curate import vector_blocks
from curate.database import fingerprints, objects, vectors
from curate.database.tables import Model, VectorBlock
from curate.records import Step
from curate.workflows.index_entries import collection_of, payload_of
from curate.workspace import Workspace
from index.interfaces import ObjectIndex


@dataclass(frozen=True, slots=True)
class IndexState:
    """How full the index is for one embedder."""

    embedder: str
    fingerprint: str
    expected: int
    """Vectors named in Postgres."""
    held: int
    """Points in the index."""


def state(workspace: Workspace) -> list[IndexState]:
    """One line per embedder that has been used."""
    with workspace.transaction() as session:
        models = fingerprints.used(session, "embedder")
        expected = {model.id: vectors.count(session, model.id) for model in models}
    with workspace.index() as index:
        return [
            IndexState(
                model.name,
                model.fingerprint,
                expected[model.id],
                index.count(collection_of(model.name, model.fingerprint)),
            )
            for model in models
        ]


def rebuild(workspace: Workspace) -> Iterator[Step]:
    """Drop every collection and fill it again from the vector blocks."""
    with workspace.index() as index:
        yield from fill(workspace, index, drop=True)


def copy(workspace: Workspace, target: ObjectIndex) -> Iterator[Step]:
    """Fill another index, such as a server, from the vector blocks; what it holds already is replaced."""
    yield from fill(workspace, target, drop=False)


def fill(workspace: Workspace, index: ObjectIndex, *, drop: bool) -> Iterator[Step]:
    with workspace.transaction() as session:
        models = fingerprints.used(session, "embedder")
        blocks = [(model, block) for model in models for block in vectors.blocks(session, model.id)]
    if drop:
        for model in models:
            index.drop(collection_of(model.name, model.fingerprint))
    total, done = sum(block.vector_count for _, block in blocks), 0
    yield Step("index", 0, total)
    for model, block in blocks:
        upsert_block(workspace, index, model, block)
        done += block.vector_count
        yield Step("index", done, total)
    yield Step("index", done, total, 0, {"collections": len(models), "vectors": done})


def upsert_block(workspace: Workspace, index: ObjectIndex, model: Model, block: VectorBlock) -> None:
    """Put one vector block into the index."""
    data = workspace.media.get(block.sha256, vector_blocks.SUFFIX)
    matrix, public_ids = vector_blocks.unpack(data)
    with workspace.transaction() as session:
        known = objects.by_public_ids(session, public_ids)
    payloads = [payload_of(known[public_id]) for public_id in public_ids]
    index.upsert(collection_of(model.name, model.fingerprint), public_ids, matrix, payloads)
