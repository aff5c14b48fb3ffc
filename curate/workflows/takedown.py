"""Take a photo down for good: nothing of it stays but its hash, so that it cannot come back unnoticed.

The tombstone comes first: from then on nothing offers the photo. Then all of it is erased step by step, each
of which finds nothing to do when it was done before, and last the rows go that say where things lie. Killed
in between, the same command or the doctor does what is left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from curate.database import takedown_rows, takedowns
from curate.database.takedowns import Tombstone
from curate.errors import WorkspaceError
from curate.photos.locations import is_local, local_path
from curate.plain_text import one_line
from curate.workflows import uploads
from curate.workflows.findings import Finding
from curate.workflows.kept_pictures import rendition_files
from curate.workflows.mining_scratch import remove_leftovers
from curate.workflows.stored_files import wanted_media
from curate.workflows.takedown_holdings import Holdings, holdings
from curate.workflows.takedown_pixels import pixel_hashes
from curate.workflows.takedown_vectors import erase_points, erase_vectors
from curate.workspace import Workspace

Places = Mapping[int, Sequence[str]]
"""URIs by the keys of the photos that lie there."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for."""

    photos: tuple[int, ...]
    """Keys."""
    reason: str | None
    by: str
    originals: bool = False
    """Delete local originals, too, as far as they still have these bytes."""
    places: Places = field(default_factory=dict)
    """Those that were typed, which the database may have forgotten."""


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
        why = one_line(order.reason or "") or None  # it is shown to whoever brings the photo again
        pixels = pixel_hashes(workspace, order.photos, order.places)
        with workspace.transaction() as session:
            takedown_rows.order(session, pixels, reason=why, by=order.by, originals=order.originals)
        yield from _finish(workspace, order.photos, order.places)


def finish_takedowns(workspace: Workspace) -> Iterator[Finding]:
    """Finish what was killed, and erase what came back to photos that were taken down; nobody else writes."""
    with workspace.transaction() as session:
        stones = takedowns.every(session)
    killed = [stone.photo_id for stone in stones if not stone.finished]
    for held in _finish(workspace, killed, {}):
        yield Finding("a photo was not taken down to the end", held.sha256, mended=True)
    if stones and (count := _erase_again(workspace, stones)):
        what = "files or index points of photos that were taken down"
        yield Finding(what, f"{count} of them", mended=True)


def _finish(workspace: Workspace, photos: Sequence[int], places: Places) -> Iterator[Holdings]:
    with workspace.transaction() as session:
        stones = takedowns.of_photos(session, photos)
        every = [holdings(session, key) for key in photos]
    if not every:
        return
    objects = {each for held in every for each in held.objects}
    remove_leftovers(workspace)
    erase_vectors(workspace, objects)
    erase_points(workspace, objects, again=True)
    # Read once for all, as nobody else writes.
    with workspace.transaction() as session:
        wanted = wanted_media(session)
    _erase_copies(workspace, every)
    workspace.media.remove_unfinished()  # which may be any photo
    for held in every:
        for name in sorted(held.media - wanted):
            workspace.media.remove(name)
        if stones[held.photo_id].originals:
            _erase_originals({*held.uris, *places.get(held.photo_id, ())}, held.sha256)
        with workspace.transaction() as session:
            takedown_rows.finish(session, held.photo_id, held.sha256)
        yield held


def _erase_again(workspace: Workspace, stones: Collection[Tombstone]) -> int:
    """What a command put back that was at work when the photos were taken down."""
    with workspace.transaction() as session:
        every = [holdings(session, stone.photo_id) for stone in stones]
        wanted = wanted_media(session)
    gone = _erase_copies(workspace, every)
    names = {name for held in every for name in held.media} - wanted
    found = names.intersection(workspace.media.names())
    for name in found:
        workspace.media.remove(name)
    gone += len(found)
    objects = {each for held in every for each in held.objects}
    return gone + erase_points(workspace, objects, again=False)


def _erase_copies(workspace: Workspace, every: Collection[Holdings]) -> int:
    """Pictures that were kept for screens, and uploads of the same bytes."""
    kept = rendition_files(workspace)
    gone = sum(kept.remove(start) for held in every for start in held.renditions)
    for upload in uploads.of_photos(workspace, {held.sha256 for held in every}):
        upload.part.unlink(missing_ok=True)  # first, because nobody would find it without its record
        uploads.remove(upload)
        gone += 1
    return gone


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
