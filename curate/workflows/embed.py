"""Give every object without a vector one, by this embedder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate import vector_blocks
from curate.database import failures, fingerprints, objects, vectors, waiting_photos
from curate.records import DetectedObject, PhotoRef, Step
from curate.vision.crops import cut
from curate.vision.interfaces import RGB, Embedder
from curate.workflows.batches import batched, batched_by_weight
from curate.workflows.index_entries import collection_of, payload_of
from curate.workflows.photo_work import (
    Loaded,
    PhotoWork,
    claimed_pages,
    outstanding,
    read_ahead,
    record_failures,
)
from curate.workspace import Workspace
from index.interfaces import Payload

# Crops per vector block. A block costs one file, one opening of the index (.1 s at 5,000 objects, .3 s at
# 50,000) and one commit; 512 crops are seconds of any embedder on a CPU, which is what a killed run does
# again, and 128 MB while they wait at 288 x 288.
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Crops:
    """The objects of one photo that wait for a vector, and their pixels."""

    objects: list[DetectedObject]
    pixels: list[RGB]


def embed(workspace: Workspace, embedder: Embedder, *, retry_failed: bool = False) -> Iterator[Step]:
    """Embed all objects without a vector, block by block; progress after each committed block."""
    with workspace.transaction() as session:
        model_id = fingerprints.ensure(session, embedder.fingerprint, "embedder", embedder.name)
    which = waiting_photos.to_embed(model_id, embedder.fingerprint, retry_failed=retry_failed)
    work = PhotoWork("embed", model_id, embedder.fingerprint, which)
    total, done, failed, embedded = outstanding(workspace, work), 0, 0, 0
    yield Step("embed", 0, total)

    waiting: dict[int, list[DetectedObject]] = {}

    def with_objects(pages: Iterable[list[PhotoRef]]) -> Iterator[PhotoRef]:
        # Looked up here, a page at a time, so that the threads that decode leave Postgres alone.
        for page in pages:
            with workspace.transaction() as session:
                waiting.update(objects.without_vector(session, [ref.id for ref in page], model_id))
            yield from page

    def crops_of(photo: PhotoRef, rgb: RGB) -> Crops:
        found = waiting.pop(photo.id, [])
        return Crops(found, [embedder.prepare(cut(rgb, each.box)) for each in found])

    with workspace.claims() as claims:
        claims.share_writing()
        refs = with_objects(claimed_pages(workspace, claims, work))
        loaded = read_ahead(refs, crops_of, workspace)
        for batch in batched_by_weight(loaded, _crop_count, _BLOCK):
            embedded += _embed_block(
                workspace, embedder, work, [each for each in batch if each.item is not None]
            )
            failed += record_failures(workspace, work, (each for each in batch if each.item is None))
            claims.release(work.keys(each.photo for each in batch))
            done += len(batch)
            yield Step("embed", done, total, failed)
    summary: dict[str, object] = {
        "embedder": embedder.name,
        "photos": done - failed,
        "objects": embedded,
        "failed": failed,
        "elsewhere": max(0, total - done),
    }
    yield Step("embed", done, total, failed, summary)


def _crop_count(loaded: Loaded[Crops]) -> int:
    # A photo without crops still weighs something, or a run of failures would never be written.
    return max(1, len(loaded.item.pixels)) if loaded.item else 1


def _embed_block(
    workspace: Workspace, embedder: Embedder, work: PhotoWork, batch: list[Loaded[Crops]]
) -> int:
    """Model, media file, index, Postgres row: in this order, so that a crash leaves nothing dangling."""
    taken = [found for each in batch if each.item for found in each.item.objects]
    pixels = [crop for each in batch if each.item for crop in each.item.pixels]
    public_ids = [found.public_id for found in taken]
    if taken:
        block = _vectors(embedder, pixels)
        sha256 = workspace.media.put(vector_blocks.pack(block, public_ids), vector_blocks.SUFFIX)
        payloads: list[Payload] = [payload_of(found) for found in taken]
        with workspace.index() as index:
            index.upsert(collection_of(embedder.name, embedder.fingerprint), public_ids, block, payloads)
    with workspace.transaction() as session:
        if taken:
            vectors.record_block(session, work.model_id, sha256, embedder.dimension, public_ids)
        failures.clear(session, "embed", [each.photo.sha256 for each in batch], work.fingerprint)
    return len(taken)


def _vectors(embedder: Embedder, pixels: list[RGB]) -> NDArray[np.float32]:
    return np.concatenate([embedder.embed(part) for part in batched(pixels, embedder.batch_size)])
