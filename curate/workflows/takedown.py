"""Take a photo down for good: nothing of it stays but its hash, so that it cannot come back unnoticed.

The tombstone comes first: from then on nothing offers the photo. Then all of it is erased step by step, each
of which finds nothing to do when it was done before, and last the rows go that say where things lie. Killed
in between, the same command or the doctor does what is left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curate.database import takedown_rows, takedowns
from curate.database.takedowns import Tombstone
from curate.errors import WorkspaceError
from curate.photos.locations import is_local, local_path
from curate.workflows import uploads
from curate.workflows.findings import Finding
from curate.workflows.kept_pictures import rendition_files
from curate.workflows.stored_files import wanted_media
from curate.workflows.takedown_holdings import Holdings, holdings
from curate.workflows.takedown_vectors import erase_points, erase_vectors
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for."""

    photos: tuple[int, ...]
    """Keys."""
    reason: str | None
    by: str
    originals: bool = False
    """Delete local originals, too, as far as they still have these bytes."""
    places: tuple[str, ...] = ()
    """URIs that were typed, which the database may have forgotten."""


def take_down(workspace: Workspace, order: Order) -> Iterator[Holdings]:
    """Take photos down; what there was of each, when it is done.

    Raises:
        WorkspaceError: another command is writing; nothing is changed then.
        MediaError: the media store does not answer; type the same again when it does.
        SearchIndexError: the index is locked or does not answer; likewise.
    """
    with workspace.claims() as claims:
        if not claims.write_alone():
            raise WorkspaceError(
                "Another command is working in this workspace: take the photo down when it has ended."
            )
        with workspace.transaction() as session:
            for key in order.photos:
                takedown_rows.order(session, key, reason=order.reason, by=order.by, originals=order.originals)
        yield from _finish(workspace, order.photos, order.places)


def finish_takedowns(workspace: Workspace) -> Iterator[Finding]:
    """Finish what was killed, and erase what came back to photos that were taken down; nobody else writes."""
    with workspace.transaction() as session:
        stones = takedowns.every(session)
    killed = [stone.photo_id for stone in stones if not stone.finished]
    for held in _finish(workspace, killed, ()):
        yield Finding("a photo was not taken down to the end", held.sha256, mended=True)
    if stones and (count := _erase_again(workspace, stones)):
        what = "files or index points of photos that were taken down"
        yield Finding(what, f"{count} of them", mended=True)


def _finish(workspace: Workspace, photos: Sequence[int], places: Collection[str]) -> Iterator[Holdings]:
    with workspace.transaction() as session:
        stones = takedowns.of_photos(session, photos)
        every = [holdings(session, key) for key in photos]
    for held in every:
        erase_vectors(workspace, held.photo_id, held.objects)
    erase_points(workspace, {each for held in every for each in held.objects}, again=True)
    for held in every:
        _erase_files(workspace, held)
        if stones[held.photo_id].originals:
            _erase_originals({*held.uris, *places}, held.sha256)
        with workspace.transaction() as session:
            takedown_rows.finish(session, held.photo_id, held.sha256)
        yield held


def _erase_files(workspace: Workspace, held: Holdings) -> None:
    _erase_copies(workspace, held)
    for name in _without_need(workspace, held.media):
        workspace.media.remove(name)


def _erase_again(workspace: Workspace, stones: Collection[Tombstone]) -> int:
    """What a command put back that was at work when the photos were taken down."""
    with workspace.transaction() as session:
        every = [holdings(session, stone.photo_id) for stone in stones]
    gone = sum(_erase_copies(workspace, held) for held in every)
    names = _without_need(workspace, {name for held in every for name in held.media})
    found = names.intersection(workspace.media.names())
    for name in found:
        workspace.media.remove(name)
    gone += len(found)
    objects = {each for held in every for each in held.objects}
    return gone + erase_points(workspace, objects, again=False)


def _erase_copies(workspace: Workspace, held: Holdings) -> int:
    """Pictures that were kept for screens, and uploads of the same bytes."""
    kept = rendition_files(workspace)
    gone = sum(kept.remove(start) for start in held.renditions)
    for upload in uploads.of_photo(workspace, held.sha256):
        upload.part.unlink(missing_ok=True)  # first, because nobody would find it without its record
        uploads.remove(upload)
        gone += 1
    return gone


def _without_need(workspace: Workspace, names: Collection[str]) -> set[str]:
    """Those of these files of the media store that no living photo needs."""
    with workspace.transaction() as session:
        return set(names) - wanted_media(session)


def _erase_originals(uris: Collection[str], sha256: str) -> None:
    for uri in sorted(uris):
        if has_bytes(uri, sha256):
            local_path(uri).unlink(missing_ok=True)


def has_bytes(uri: str, sha256: str) -> bool:
    """Whether a local file is there and still the photo: another one may lie there by now."""
    if not is_local(uri) or not (path := local_path(uri)).is_file():
        return False
    return sha256_of(path) == sha256


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
