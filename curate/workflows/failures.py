"""What could not be processed, in the user's terms."""

from __future__ import annotations

from dataclasses import replace

from curate.database import failures as rows
from curate.database import photos
from curate.records import Failure
from curate.workspace import Workspace


def failures(workspace: Workspace, stage: str | None = None) -> list[Failure]:
    """All failures, or those of one stage; photos are named by where they were seen last, else by sha256."""
    with workspace.transaction() as session:
        found = rows.every(session, stage)
        known = photos.by_sha256(session, {each.subject for each in found})
        refs = photos.by_keys(session, {photo.id for photo in known.values()})
    uris = {ref.sha256: ref.uri for ref in refs.values()}
    return [replace(each, subject=uris.get(each.subject, each.subject)) for each in found]
