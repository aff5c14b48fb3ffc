"""A workspace over the demo's photos: the chain runs once, each test gets a copy of its folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chain import make_workspace, make_workspace_on, run_chain
from curate.workspace import Workspace
from made_once import made_once


@dataclass(frozen=True)
class Mined:
    root: Path
    summaries: Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="session")
def mined(tmp_path_factory: pytest.TempPathFactory, interior_photos: Path, offline_models: None) -> Mined:
    """Where the chain ran once, and what each stage said. Nobody may change it: take ``workspace``."""

    def mine(folder: Path) -> Mined:
        with make_workspace(folder / "ws") as opened:
            return Mined(opened.root, run_chain(opened, interior_photos))

    return made_once(tmp_path_factory, "mined", mine)


@pytest.fixture
def workspace(mined: Mined, tmp_path: Path) -> Iterator[Workspace]:
    """A copy that a test may change, in a folder with a space and letters that are not ASCII."""
    root = tmp_path / "kopie über alles"
    shutil.copytree(mined.root, root)
    with Workspace.open(root) as opened:
        yield opened


@pytest.fixture
def empty_workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    """A new workspace on the run's server; ``make_workspace`` gives one with a server of its own."""
    with make_workspace_on(database_url, tmp_path / "ws") as opened:
        yield opened
