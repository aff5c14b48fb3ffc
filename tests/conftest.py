"""Fixtures for every test."""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import typer.testing

from curate.errors import CurateError
from curate.settings import load_settings
from curate.vision.registry import OFFLINE_DETECTOR, OFFLINE_EMBEDDER, find_card
from curate.vision.weights import locate
from curate.workflows import demo_photos

# Whoever runs the tests may have a real database and real media in the environment: none of it is ours.
for name in [name for name in os.environ if name.startswith("CURATE_")]:
    if name != "CURATE_MODELS_DIR" and not name.startswith("CURATE_TEST_"):
        del os.environ[name]

# Many tests start our commands, which would compile the whole program anew each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Workers side by side: with as many threads as cores in each they would wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _choose_temporary_folder() -> None:
    """In memory if there is room: a run makes a thousand databases, each of a thousand small files.

    A disk takes many times as long for them. Who sets TMPDIR chooses another place.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return
    if min(psutil.disk_usage(str(memory)).free, psutil.virtual_memory().available) > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


ROOM = 8_000_000_000
"""Bytes that must be free in memory."""
_choose_temporary_folder()

# Typer makes the tree of all our commands anew for each that is typed, which takes longer than most of them.
typer.testing._get_command = functools.cache(typer.testing._get_command)

pytest_plugins = ["fixtures_postgres", "fixtures_review", "fixtures_workspaces"]

LONGEST = ("review_screens", "promises", "workflows", "review_ui")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders with long modules go first: a worker that began one at the end would be waited for."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(LONGEST)))


@pytest.fixture(scope="session")
def interior_photos() -> Path:
    """The demo's 39 photos; one stoneware jug is in four of them."""
    return _or_skip(lambda: demo_photos.fetch(load_settings(None).models_dir))


@pytest.fixture(scope="session")
def offline_models() -> None:
    """The models that need no hub are here."""
    for name in (OFFLINE_DETECTOR, OFFLINE_EMBEDDER):
        _or_skip(lambda name=name: locate(find_card(name), load_settings(None).models_dir))


def _or_skip(fetch: Callable[[], Path]) -> Path:
    """In CI what a test needs must be there; elsewhere the reason names the command that gets it."""
    try:
        return fetch()
    except CurateError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{error} Type: make models")
