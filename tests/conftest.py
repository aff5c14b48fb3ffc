"""Fixtures for every test."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from curate.errors import CurateError
from curate.settings import load_settings
from curate.vision.registry import OFFLINE_DETECTOR, OFFLINE_EMBEDDER, find_card
from curate.vision.weights import locate
from curate.workflows import demo_photos

# Whoever runs the tests may have a real database and real media in the environment: none of it is ours.
for name in [name for name in os.environ if name.startswith("CURATE_")]:
    if name != "CURATE_MODELS_DIR" and not name.startswith("CURATE_TEST_"):
        del os.environ[name]

pytest_plugins = ["fixtures_postgres", "fixtures_review", "fixtures_workspaces"]


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
