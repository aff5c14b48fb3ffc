"""Which manifests were exported, and what one of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from curate.database import manifest_rows
from curate.database.manifest_rows import DecisionsBehind, RegisteredManifest
from curate.errors import NotFoundError, WorkspaceError
from curate.exporters.manifest_file import NAME
from curate.exporters.open_manifest import OpenManifest, open_manifest
from curate.exporters.splits import SPLITS
from curate.workflows.manifest_folders import THERE, folder_states, folder_there
from curate.workflows.manifest_origin import registered_hash
from curate.workflows.verify import standing_faults
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ListedManifest:
    """A registered manifest, and what became of its folders."""

    registered: RegisteredManifest
    folders: Mapping[str, str]
    """Every folder that it was written to, the last one last, and what became of it."""
    taken_down: int
    """Photos of it that were taken down since."""

    @property
    def records(self) -> dict[str, int]:
        """By split."""
        return records_by_split(self.registered.counts)


@dataclass(frozen=True, slots=True)
class ShownManifest:
    """What is known of one manifest."""

    called: str
    content_hash: str
    task: str
    format: str
    folders: Mapping[str, str]
    """As in ``ListedManifest``, and the folder that was asked about; of a converted one also its export's."""
    written_at: datetime | None
    """None if it was not exported from this workspace, or there is none."""
    parameters: Mapping[str, object]
    counts: Mapping[str, int]
    licences: Mapping[str, int] | None
    """Photos by licence; None if the folder is gone."""
    behind: Sequence[DecisionsBehind]
    taken_down: int
    """Photos of it that were taken down since."""
    faults: Sequence[str] | None
    """Why records no longer stand as they were exported; None if nobody could be asked."""


def records_by_split(counts: Mapping[str, int]) -> dict[str, int]:
    """The records among a manifest's counts."""
    return {split: counts[split] for split in SPLITS if split in counts}


def listed_manifests(workspace: Workspace) -> list[ListedManifest]:
    """All manifests that were exported from this workspace, oldest first."""
    with workspace.transaction() as session:
        found = manifest_rows.every(session)
        gone = manifest_rows.taken_down(session)
    return [ListedManifest(each, folder_states(each), gone.get(each.content_hash, 0)) for each in found]


def resolve(workspace: Workspace | None, text: str) -> OpenManifest | RegisteredManifest:
    """A manifest by folder, name, name-version or the start of its hash; opened if a folder of it is there.

    Raises:
        NotFoundError: there is none, or several.
        VerificationError: the folder was changed since it was written.
        WorkspaceError: it is no folder, and there is no workspace that may know the name.
    """
    if (Path(text) / NAME).is_file():
        return open_manifest(Path(text))
    if workspace is None:
        raise WorkspaceError(
            f"{text!r} is no exported folder, and no workspace is here that may know the name."
        )
    with workspace.transaction() as session:
        registered = manifest_rows.find(session, text)
    folder = folder_there(folder_states(registered))
    return open_manifest(folder) if folder else registered


def show(workspace: Workspace | None, text: str) -> ShownManifest:
    """What is known of a manifest; its pictures are not looked at. Raises as ``resolve``."""
    found = resolve(workspace, text)
    if workspace is None:
        return _shown(found, None, (), 0, None)
    with workspace.transaction() as session:
        content_hash = _known_as(session, found)
        registered = manifest_rows.by_hash(session, content_hash)
        behind = manifest_rows.behind(session, content_hash)
        gone = manifest_rows.taken_down(session).get(content_hash, 0)
        faults = None
        if registered is not None and isinstance(found, OpenManifest):
            faults = tuple(standing_faults(session, found, content_hash))
    return _shown(found, registered, behind, gone, faults)


def opened(workspace: Workspace | None, text: str) -> OpenManifest:
    """As ``resolve``, and the folder has to be there.

    Raises:
        NotFoundError: it is not.
    """
    found = resolve(workspace, text)
    if isinstance(found, RegisteredManifest):
        raise NotFoundError(
            f"The folder of {found.called}, {found.directory}, is gone or holds something else by now: "
            "give the folder it was moved to."
        )
    return found


def _known_as(session: Session, found: OpenManifest | RegisteredManifest) -> str:
    """The hash to ask the database about; of a converted folder that of its export."""
    if isinstance(found, RegisteredManifest):
        return found.content_hash
    return registered_hash(session, found) or found.manifest.content_hash


def _shown(
    found: OpenManifest | RegisteredManifest,
    registered: RegisteredManifest | None,
    behind: Sequence[DecisionsBehind],
    taken_down: int,
    faults: Sequence[str] | None,
) -> ShownManifest:
    facts = found.manifest if isinstance(found, OpenManifest) else found
    return ShownManifest(
        called=found.called,
        content_hash=facts.content_hash,
        task=facts.task,
        format=facts.format,
        folders=_folders(found, registered),
        written_at=registered.written_at if registered else None,
        parameters=found.manifest.parameters if isinstance(found, OpenManifest) else found.spec,
        counts=facts.counts,
        licences=found.manifest.licences if isinstance(found, OpenManifest) else None,
        behind=behind,
        taken_down=taken_down,
        faults=faults,
    )


def _folders(
    found: OpenManifest | RegisteredManifest, registered: RegisteredManifest | None
) -> dict[str, str]:
    states = folder_states(registered) if registered else {}
    return states | {str(found.directory): THERE} if isinstance(found, OpenManifest) else states
