"""Answers of `curate analyse` that were kept: showing them computes nothing and loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from curate.database import analyses, mining
from curate.workspace import Workspace

Result = Mapping[str, Any]
"""JSON: see ``analyse.analyse``."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """An answer that was kept."""

    result: Result
    made_at: datetime
    of_latest_run: bool
    """False if photos were mined again since."""


def analysed(workspace: Workspace) -> Analysed | None:
    """The answer about the latest run, else the newest about an earlier one; None if nobody asked yet.

    Raises:
        NotFoundError: nothing was mined.
    """
    with workspace.transaction() as session:
        run = mining.latest_run(session)
        kept = analyses.newest(session, run)
        return Analysed(kept.result, kept.made_at, kept.run_id == run.id) if kept else None


def with_photos(workspace: Workspace, result: Result) -> dict[str, Any]:
    """An answer with the name of each hub's photo, which is not kept: None if it was taken down since."""
    most = result["hubs"]["most"]
    with workspace.transaction() as session:
        photos = analyses.photos_of(session, [UUID(each["object"]) for each in most])
    uris = {str(key): photo.uri for key, photo in photos.items()}
    named = [{**each, "photo": uris.get(each["object"])} for each in most]
    return {**result, "hubs": {**result["hubs"], "most": named}}
