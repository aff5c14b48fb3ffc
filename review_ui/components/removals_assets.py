"""Scripts and style sheets of the Removals screen, served as ``/app/removals/assets/{version}/{name}``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from review_ui.components import asset_files

_HERE = Path(__file__).parent


@cache
def assets() -> Mapping[str, bytes]:
    """File name to content; read once per process."""
    own = [*_HERE.glob("removals/*"), *_HERE.glob("removals/vendor/*")]
    return asset_files.read([*own, *_HERE.glob("shared/*")])


@cache
def version() -> str:
    """16 hex digits over the names and contents of all files."""
    return asset_files.version_of(assets())
