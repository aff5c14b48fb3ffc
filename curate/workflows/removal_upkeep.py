"""The files of removals in the media store: which ones there have to be, and what to do about lost ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy.orm import Session

from curate.database import removals
from curate.workflows.findings import Finding
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.pair_upkeep import picture_state
from curate.workspace import Workspace


def removal_files(session: Session) -> set[str]:
    """Names of all files that Postgres refers to."""
    return {f"{sha256}{IMAGE_SUFFIX}" for sha256 in removals.files(session)}


def examine_removals(workspace: Workspace, stored: Collection[str], *, read: bool) -> Iterator[Finding]:
    """What is lost.

    Args:
        stored: Names of all files in the media store.
        read: Also read every output and mask and compare.
    """
    with workspace.transaction() as session:
        files = removals.files(session)
    for sha256, object_id in sorted(files.items()):
        if state := picture_state(workspace, sha256, stored, read=read):
            advice = (
                "restore it from a backup, or remove the object in another way: "
                f"`curate removals show {object_id}` names the ways there are"
            )
            yield Finding(f"an output or mask of a removal is {state}", sha256, mended=False, advice=advice)
