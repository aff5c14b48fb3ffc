"""Which exported manifests hold a photo, and what becomes of their records when they are exported again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from curate.database import manifest_rows
from curate.database.manifest_rows import RegisteredManifest
from curate.errors import VerificationError
from curate.exporters.splits import SPLITS
from curate.exporters.verify import listed_records
from curate.workflows.export_command import export_again
from curate.workflows.manifest_folders import folder_states, folder_there
from curate.workflows.takedown_references import remaining_targets
from curate.workspace import Workspace

GOES, CHANGES = "goes", "changes"
"""A record that shows the photo itself or keeps too few references, and one whose references change."""

_ROLES = {
    "target": ("source_sha256", GOES),
    "frame with the object": ("factual_sha256", GOES),
    "frame without the object": ("counterfactual_sha256", GOES),
    "decision": ("photo_sha256s", GOES),
    "reference": ("reference_source_sha256", CHANGES),
}
"""Columns that name photos by sha256, by what a photo is there."""


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record of a manifest that holds the photo."""

    split: str
    sample_id: str
    roles: tuple[str, ...]
    """What the photo is in it."""
    change: str
    """``goes`` or ``changes``."""


@dataclass(frozen=True, slots=True)
class HeldManifest:
    """A manifest that holds the photo; what was converted or copied from its folders is not known."""

    name: str
    version: str
    task: str
    folders: Mapping[str, str]
    """Every folder that it was written to, the last one last, and what became of it."""
    content_hash: str
    split: str
    """Of the photo, in every export."""
    total: int
    """Records in all."""
    found: bool
    """Whether a folder is still what was exported; otherwise its records are not known."""
    records: tuple[HeldRecord, ...]
    export_again: str
    """The command that writes a free version without the photo; see ``export_command``."""

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(sorted({role for each in self.records for role in each.roles}))

    def changed(self, change: str) -> int:
        """How many records go or change."""
        return sum(each.change == change for each in self.records)

    @property
    def nothing_left(self) -> bool:
        """Whether all of its records go."""
        return self.found and self.changed(GOES) == self.total


def held_manifests(workspace: Workspace, photos: Mapping[int, str]) -> dict[str, tuple[HeldManifest, ...]]:
    """For each photo that goes the manifests that hold it, oldest first. One folder of each is read, once.

    Args:
        photos: Key and sha256 of all that go; what changes in a record is told as all of them are gone.
    """
    with workspace.transaction() as session:
        rows = manifest_rows.holding(session, photos)
        known = manifest_rows.every(session)
    again = export_again([manifest for manifest, _ in rows], known)
    held: defaultdict[str, list[HeldManifest]] = defaultdict(list)
    for manifest, splits in rows:
        command = again[manifest.content_hash]
        for sha256, each in _held(workspace, manifest, splits, set(photos.values()), command):
            held[sha256].append(each)
    return {sha256: tuple(each) for sha256, each in held.items()}


def difference(sha256: str, held: Sequence[HeldManifest]) -> Iterator[dict[str, Any]]:
    """One line per manifest, and after it one per record that holds the photo."""
    for each in held:
        manifest = {"manifest": f"{each.name}-{each.version}", "content_hash": each.content_hash}
        yield {
            **manifest,
            "photo": sha256,
            "task": each.task,
            "folders": dict(each.folders),
            "split": each.split,
            "folder_found": each.found,
            **{change: each.changed(change) if each.found else None for change in (GOES, CHANGES)},
            "export_again": each.export_again,
        }
        for record in each.records:
            yield {
                **manifest,
                "split": record.split,
                "sample_id": record.sample_id,
                "as": list(record.roles),
                "change": record.change,
            }


def _held(
    workspace: Workspace,
    manifest: RegisteredManifest,
    splits: Mapping[str, str],
    gone: Collection[str],
    again: str,
) -> Iterator[tuple[str, HeldManifest]]:
    """A manifest as it holds each photo of ``splits``; ``again`` is the command that exports it again."""
    folders = folder_states(manifest)
    remaining = remaining_targets(workspace, manifest, gone)
    records = _records(folder_there(folders), splits, remaining)
    for sha256, split in splits.items():
        yield (
            sha256,
            HeldManifest(
                name=manifest.name,
                version=manifest.version,
                task=manifest.task,
                folders=folders,
                content_hash=manifest.content_hash,
                split=split,
                total=sum(manifest.counts.get(name, 0) for name in SPLITS),
                found=records is not None,
                records=tuple(records[sha256]) if records else (),
                export_again=again,
            ),
        )


def _records(
    directory: Path | None, photos: Collection[str], remaining: Collection[str]
) -> Mapping[str, list[HeldRecord]] | None:
    """Records by the photo that they hold; None if there is no folder, or its tables are damaged."""
    if directory is None:
        return None
    held: dict[str, list[HeldRecord]] = {sha256: [] for sha256 in photos}
    try:
        for each in listed_records(directory):
            roles = _roles(each.row)
            for sha256 in held.keys() & roles.keys():
                held[sha256].append(_held_record(each.split, each.row, roles[sha256], remaining))
    except (VerificationError, OSError, pa.ArrowException):
        return None
    return held


def _roles(row: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """What each photo (sha256) is in a record."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for role, (column, _) in _ROLES.items():
        for sha256 in dict.fromkeys(_texts(row.get(column))):
            found[sha256].append(role)
    return found


def _held_record(
    split: str, row: Mapping[str, Any], roles: Sequence[str], remaining: Collection[str]
) -> HeldRecord:
    shown = any(_ROLES[role][1] == GOES for role in roles)
    change = GOES if shown or row["object_id"] not in remaining else CHANGES
    return HeldRecord(split, str(row["sample_id"]), tuple(roles), change)


def _texts(value: Any) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value or ()
