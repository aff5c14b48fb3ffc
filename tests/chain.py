"""Running the chain in tests: real models, the demo's photos, and a summary per stage."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from curate import workspace
from curate.records import PhotoRights, Step
from curate.workflows.run import run

RIGHTS = PhotoRights("tests", "CC0-1.0")


def last(steps: Iterable[Step]) -> Mapping[str, Any]:
    """Run a workflow to its end; the summary of its last step."""
    summary: Mapping[str, Any] = {}
    for step in steps:
        summary = step.summary or summary
    return summary


def forget_servers() -> None:
    """Drop the settings of servers from the environment: benchmarks must not touch anybody's data."""
    for name in ("CURATE_DATABASE_URL", "CURATE_QDRANT_URL", "CURATE_MEDIA_URL", "CURATE_WORKSPACE"):
        os.environ.pop(name, None)


def make_workspace(root: Path) -> workspace.Workspace:
    """A new workspace: the copy of one, which takes a tenth of the time of making one."""
    shutil.copytree(_pristine(), root)
    return workspace.Workspace.open(root)


def make_workspace_on(database_url: str, root: Path) -> workspace.Workspace:
    """A new workspace that says itself where its database is: nothing has to be started for it."""
    marker = workspace.create(root)
    with marker.open("a", encoding="utf-8") as settings:
        settings.write(f'database_url = "{database_url}"\n')
    return workspace.Workspace.open(root)


@cache
def _pristine() -> Path:
    root = Path(tempfile.mkdtemp(prefix="recurate-pristine-"))
    atexit.register(shutil.rmtree, root)
    workspace.create(root)
    with workspace.Workspace.open(root) as opened, opened.transaction():
        return root


def run_chain(opened: workspace.Workspace, *inputs: Path) -> dict[str, Mapping[str, Any]]:
    """Ingest, detect, embed and mine with the offline models."""
    chain = run(opened, list(map(str, inputs)), RIGHTS, detector="nanodet", embedder="sscd")
    return {stage: last(steps) for stage, steps in chain}
