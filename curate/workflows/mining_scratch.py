"""What a mining run keeps on disk while it compares, so that a killed one goes on where it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from curate.database.claims import claim_key
from curate.errors import SettingsError
from curate.workflows.scratch import scratch_errors
from curate.workspace import Workspace

Notice = Callable[[str], None]
"""Called with a sentence for whoever watches."""
_FOLDER = "scratch"
_STEM = "join-"
_ASKED = "asked.json"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a run that did not end left."""

    folder: Path
    run: UUID | None
    """None if the folder is called otherwise than those of this program."""
    parameters: Mapping[str, Any] | None
    """What it was asked for; None if it was killed before it wrote that, or was of an older program."""


@contextmanager
def held_run(
    workspace: Workspace, run: UUID, notice: Notice, parameters: Mapping[str, Any] | None = None
) -> Iterator[Path]:
    """The folder of one run, while no other process works on that run and no photo is taken down.

    The folder goes when the block ends well, and stays for the next attempt if it does not.

    Args:
        parameters: Of the run, kept in the folder for ``unfinished``.

    Raises:
        WorkspaceError: the folder cannot be made.
    """
    key = claim_key("mine", str(run), "")
    with workspace.claims() as claims:
        claims.share_writing()
        if claims.take([key]) != [True]:
            notice("Another command is mining the same with the same options: this one waits for its result.")
            claims.wait_for(key)
        folder = _folder(workspace) / f"{_STEM}{run}"
        with scratch_errors(workspace):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if parameters is not None:
                (folder / _ASKED).write_text(json.dumps(parameters), encoding="utf-8")
        try:
            yield folder
        except SettingsError:  # the same options will never end: nobody takes up what is here
            shutil.rmtree(folder)
            raise
        shutil.rmtree(folder)


def remove_leftovers(workspace: Workspace) -> None:
    """What killed runs left here, which holds copies of vectors; nobody else may be mining."""
    for folder in leftovers(workspace):
        shutil.rmtree(folder)


def leftovers(workspace: Workspace) -> list[Path]:
    """Folders of runs that have not ended."""
    return sorted(_folder(workspace).glob(f"{_STEM}*"))


def unfinished(workspace: Workspace) -> list[Unfinished]:
    """What the folders of runs that have not ended tell of them."""
    return [Unfinished(folder, _run_of(folder), _asked(folder)) for folder in leftovers(workspace)]


def _run_of(folder: Path) -> UUID | None:
    try:
        return UUID(folder.name.removeprefix(_STEM))
    except ValueError:
        return None


def _asked(folder: Path) -> Mapping[str, Any] | None:
    try:
        asked: dict[str, Any] = json.loads((folder / _ASKED).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # ValueError: it was killed while it wrote
        return None
    return asked


def _folder(workspace: Workspace) -> Path:
    return workspace.data / _FOLDER
