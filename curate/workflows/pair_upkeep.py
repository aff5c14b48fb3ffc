"""The files of pairs in the media store: which ones there have to be, and what to do about lost ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy.orm import Session

from curate.database import frames, pair_checks, photo_intake
from curate.errors import MediaDamagedError, MediaMissingError
from curate.workflows.findings import Finding
from curate.workflows.pair_records import FRAME_SUFFIX, IMAGE_SUFFIX
from curate.workspace import Workspace


def pair_files(session: Session) -> set[str]:
    """Names of all files that Postgres refers to."""
    originals = {f"{sha256}{FRAME_SUFFIX}" for sha256 in frames.every(session).values()}
    return originals | {f"{sha256}{IMAGE_SUFFIX}" for sha256 in pair_checks.files(session)}


def examine_pairs(workspace: Workspace, stored: Collection[str], *, read: bool) -> Iterator[Finding]:
    """What is lost, and frames that Postgres looks for in a place the workspace was moved away from.

    Args:
        stored: Names of all files in the media store.
        read: Also read every mask and picture and compare. The frames are read like all other photos.
    """
    yield from _frames(workspace, stored)
    with workspace.transaction() as session:
        files = pair_checks.files(session)
    for sha256, pair in sorted(files.items()):
        if state := picture_state(workspace, sha256, stored, read=read):
            advice = f"type `curate pairs check {pair}`, or hand in a corrected mask again"
            yield Finding(f"a mask or picture of a pair is {state}", sha256, mended=False, advice=advice)


def _frames(workspace: Workspace, stored: Collection[str]) -> Iterator[Finding]:
    with workspace.transaction() as session:
        every = frames.every(session)
        places = frames.uris(session, every)
    for key, sha256 in every.items():
        if f"{sha256}{FRAME_SUFFIX}" not in stored:
            advice = "hand in the same file again: `curate pairs import DIR`, or restore it from a backup"
            yield Finding("a frame of a pair is missing", sha256, mended=False, advice=advice)
            continue
        uri = workspace.media.uri(sha256, FRAME_SUFFIX)
        if places.get(key) != uri:
            with workspace.transaction() as session:
                photo_intake.record_file(session, uri, key, sha256)
            yield Finding("a frame of a pair was looked for elsewhere", uri, mended=True)


def picture_state(workspace: Workspace, sha256: str, stored: Collection[str], *, read: bool) -> str | None:
    """``missing``, ``damaged`` (told only if it is ``read``), or None for a PNG that is sound."""
    if f"{sha256}{IMAGE_SUFFIX}" not in stored:
        return "missing"
    if not read:
        return None
    try:
        workspace.media.get(sha256, IMAGE_SUFFIX)
    except MediaMissingError:
        return "missing"
    except MediaDamagedError:
        return "damaged"
    return None
