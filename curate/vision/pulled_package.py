"""Importing a Python package that was pulled beside its weights."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def import_pulled(package: str, directory: Path) -> ModuleType:
    """The package in a directory that is not on ``sys.path``; its files were checked by their sha256."""
    if package in sys.modules:
        return sys.modules[package]
    spec = importlib.util.spec_from_file_location(package, directory / package / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[package] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
