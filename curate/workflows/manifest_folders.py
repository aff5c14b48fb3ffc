"""What became of the folders that a manifest was written to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from curate.database.manifest_rows import RegisteredManifest
from curate.errors import VerificationError
from curate.exporters.manifest_file import NAME
from curate.exporters.verify import read_manifest

THERE, GONE, OTHER = "there", "gone", "holds something else"
"""What became of a folder."""


def folder_states(manifest: RegisteredManifest) -> dict[str, str]:
    """What became of every folder that a manifest was written to, the last one last."""
    return {str(each): _state(each, manifest.content_hash) for each in manifest.folders}


def folder_there(states: Mapping[str, str]) -> Path | None:
    """The last one that is still what was exported."""
    return next((Path(folder) for folder, state in reversed([*states.items()]) if state == THERE), None)


def _state(directory: Path, content_hash: str) -> str:
    if not (directory / NAME).exists():
        return GONE
    try:
        same = read_manifest(directory).content_hash == content_hash
    except VerificationError:
        return OTHER
    return THERE if same else OTHER
