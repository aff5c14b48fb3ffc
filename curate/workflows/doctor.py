"""Find where Postgres, the media store, the search index and the photos on disk disagree, and mend it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from curate import vector_blocks
from curate.database import fingerprints, media_stores, photos, vectors
from curate.database.tables import Model, VectorBlock
from curate.errors import MediaDamagedError, MediaError, MediaMissingError, PhotoError, WorkspaceError
from curate.media import LocalMedia, MediaStore
from curate.photos.facts import examine
from curate.photos.sources import read_photo_bytes
from curate.records import PhotoRef
from curate.workflows.batches import batched
from curate.workflows.findings import Finding
from curate.workflows.index_entries import collection_of
from curate.workflows.index_upkeep import upsert_block
from curate.workflows.ingest import THUMBNAIL_SUFFIX
from curate.workflows.mining_leftovers import examine_unfinished
from curate.workflows.pair_upkeep import examine_pairs
from curate.workflows.removal_upkeep import examine_removals
from curate.workflows.stored_files import wanted_media
from curate.workflows.takedown import finish_takedowns
from curate.workspace import Workspace
from index.interfaces import ObjectIndex


def examine_workspace(
    workspace: Workspace, *, originals: bool = False, forget_vectors: bool = False
) -> Iterator[Finding]:
    """Check and mend, in the order in which one repair helps the next.

    Args:
        originals: Also read every photo and mask again and compare its sha256, which takes as long as ingest.
        forget_vectors: Forget the vectors of a model even if not one of its blocks is left.

    Raises:
        WorkspaceError: another command is writing; what it has not finished would look like a leftover.
        MediaError: the media store does not answer, is another one, or has lost all vectors of a model;
            nothing is forgotten then.
    """
    with workspace.claims() as claims:
        if not claims.write_alone():
            raise WorkspaceError(
                "Another command is working in this workspace: run `curate doctor` when it has ended."
            )
        _confirm_media(workspace)
        yield from finish_takedowns(workspace)
        yield from _blocks(workspace, forget_vectors=forget_vectors)
        stored = set(workspace.media.names())
        yield from examine_pairs(workspace, stored, read=originals)
        yield from examine_removals(workspace, stored, read=originals)
        yield from _thumbnails(workspace)
        yield from _leftover_files(workspace)
        yield from examine_unfinished(workspace)
        yield from _index(workspace)
        if originals:
            yield from _originals(workspace)


def _confirm_media(workspace: Workspace) -> None:
    """Asked again before each step that destroys something: a mount or a bucket can go away meanwhile."""
    media = workspace.media
    with workspace.transaction() as session:
        identity = media_stores.identity(session)
    media.confirm(identity)


def _blocks(workspace: Workspace, *, forget_vectors: bool) -> Iterator[Finding]:
    """A block that is gone or damaged is forgotten, so that `curate embed` makes its vectors again."""
    with workspace.transaction() as session:
        models = fingerprints.used(session, "embedder")
        blocks = [vectors.blocks(session, model.id) for model in models]
    lost = [
        _lost(workspace.media, model, each, forget_vectors)
        for model, each in zip(models, blocks, strict=True)
    ]
    _confirm_media(workspace)
    for block, error in (pair for pairs in lost for pair in pairs):
        with workspace.transaction() as session:
            vectors.forget_block(session, block.id)
        what = "missing" if isinstance(error, MediaMissingError) else "damaged"
        yield Finding(
            f"a vector block of {block.vector_count} vectors is {what}",
            block.sha256,
            mended=False,
            advice="type `curate embed`: it makes just these vectors again",
        )


def _lost(
    media: MediaStore, model: Model, blocks: list[VectorBlock], forget_vectors: bool
) -> list[tuple[VectorBlock, MediaError]]:
    lost: list[tuple[VectorBlock, MediaError]] = []
    for block in blocks:
        try:
            media.get(block.sha256, vector_blocks.SUFFIX)
        except (MediaMissingError, MediaDamagedError) as error:
            lost.append((block, error))
    missing = sum(isinstance(error, MediaMissingError) for _, error in lost)
    if blocks and missing == len(blocks) and not forget_vectors:
        # One lost file is an accident; all of them is a store that was emptied or swapped.
        raise MediaError(
            f"All {missing} vector blocks of {model.name} are missing in the media store: "
            "restore it from a backup, or type `curate doctor --forget-vectors` and embed again; "
            "nothing was changed."
        )
    return lost


def _thumbnails(workspace: Workspace) -> Iterator[Finding]:
    stored = set(workspace.media.names())
    with workspace.transaction() as session:
        named = photos.thumbnails(session)
    for key, sha256 in named.items():
        if f"{sha256}{THUMBNAIL_SUFFIX}" not in stored:
            yield _new_thumbnail(workspace, key)


def _new_thumbnail(workspace: Workspace, key: int) -> Finding:
    with workspace.transaction() as session:
        ref = photos.by_keys(session, [key])[key]
    try:
        made = examine(read_photo_bytes(ref), ref.uri, max_pixels=workspace.settings.max_pixels)
    except PhotoError as error:
        return Finding("a thumbnail is missing", ref.uri, mended=False, advice=str(error))
    sha256 = workspace.media.put(made.thumbnail, THUMBNAIL_SUFFIX)
    with workspace.transaction() as session:
        photos.set_thumbnail(session, key, sha256)
    return Finding("a thumbnail was missing", ref.uri, mended=True)


def _leftover_files(workspace: Workspace) -> Iterator[Finding]:
    """Files a killed command wrote and never named in Postgres."""
    _confirm_media(workspace)
    media = workspace.media
    with workspace.transaction() as session:
        wanted = wanted_media(session)
    what = "a stored file that nothing refers to"
    for name in sorted(set(media.names()) - wanted):
        if isinstance(media, LocalMedia):
            media.remove(name)
            yield Finding(what, name, mended=True)
        else:
            # A copy of this workspace may use the same URL, and name files that this one does not.
            yield Finding(what, name, mended=False, advice="remove it if the media URL is only yours")


def _index(workspace: Workspace) -> Iterator[Finding]:
    with workspace.transaction() as session:
        models = fingerprints.used(session, "embedder")
    for model in models:
        with workspace.index() as index:
            yield from _collection(workspace, index, model)


def _collection(workspace: Workspace, index: ObjectIndex, model: Model) -> Iterator[Finding]:
    collection = collection_of(model.name, model.fingerprint)
    with workspace.transaction() as session:
        expected = vectors.all_public_ids(session, model.id)
        blocks = vectors.blocks(session, model.id)
    held = set(index.ids(collection))
    if strays := sorted(held - expected):
        yield _strays(workspace, index, collection, strays)
    if missing := expected - held:
        for block in blocks:
            _refill(workspace, index, model, block, missing)
        yield Finding(f"{len(missing)} vectors were missing in the index", collection, mended=True)


def _strays(workspace: Workspace, index: ObjectIndex, collection: str, strays: list[UUID]) -> Finding:
    what = f"{len(strays)} vectors in the index that Postgres does not name"
    if workspace.settings.qdrant_url is not None:
        # Another database may share the server, and then they are that one's.
        return Finding(what, collection, mended=False, advice="remove the collection if it is only yours")
    index.remove(collection, strays)
    return Finding(what, collection, mended=True)


def _refill(
    workspace: Workspace, index: ObjectIndex, model: Model, block: VectorBlock, missing: set[UUID]
) -> None:
    _, public_ids = vector_blocks.unpack(workspace.media.get(block.sha256, vector_blocks.SUFFIX))
    if missing.intersection(public_ids):
        upsert_block(workspace, index, model, block)


def _originals(workspace: Workspace) -> Iterator[Finding]:
    """Photos that can no longer be read, or have changed. They are the user's; nothing is touched."""
    with workspace.transaction() as session:
        every = [
            ref
            for page in batched(photos.every_key(session), 1000)
            for ref in photos.by_keys(session, page).values()
        ]
    for ref in every:
        if problem := _unreadable(ref):
            yield Finding("a photo cannot be read", ref.uri, mended=False, advice=problem)


def _unreadable(ref: PhotoRef) -> str | None:
    try:
        read_photo_bytes(ref)
    except PhotoError as error:
        return str(error)
    return None
