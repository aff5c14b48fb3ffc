"""What takes long to make is made by one of the workers, for all of them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

T = TypeVar("T")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], T]) -> T:
    """What ``make`` returned of the new folder ``name``; the first worker to ask makes it, others wait."""
    own = factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    told = place / f"{name}.made"
    with FileLock(place / f"{name}.lock"):
        if not told.exists():
            folder = place / name
            folder.mkdir()
            told.write_bytes(pickle.dumps(make(folder)))
        made: T = pickle.loads(told.read_bytes())
        return made
