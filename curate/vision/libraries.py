"""Importing packages that are not among our own requirements."""

from __future__ import annotations

import importlib
from types import ModuleType

from curate.errors import ModelError


def library(module: str, extra: str) -> ModuleType:
    """Import an optional package.

    Args:
        module: its name, with or without a submodule.
        extra: the extra of ours that installs it.

    Raises:
        ModelError: it is not installed, or cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ModelError(
            f"The Python package {module.partition('.')[0]} is needed and cannot be imported ({error});"
            f" type: pip install 'recurate[{extra}]'"
        ) from error
