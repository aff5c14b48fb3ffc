"""Importing packages that are not among our own requirements."""

from __future__ import annotations

import importlib
import os
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
    from PIL import Image

    # ultralytics installs packages by itself and puts an Image.open of its own in place of Pillow's, for the
    # whole process. Photos are read here by Pillow alone, and nothing is installed behind anybody's back.
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    pillows_own = Image.open
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ModelError(
            f"The Python package {module.partition('.')[0]} is needed and cannot be imported ({error});"
            f" type: pip install 'recurate[{extra}]'"
        ) from error
    finally:
        Image.open = pillows_own
