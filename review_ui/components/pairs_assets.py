"""Scripts and style sheets of the Pairs screen, served as ``/app/pairs/assets/{version}/{name}``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from review_ui.components import asset_files

_HERE = Path(__file__).parent
_SHARED = (
    *("api.js", "dom.js", "fit.js", "keys.js", "swatches.js"),
    *("bar.css", "dialogs.css", "frame.css", "legend.css"),
)
"""What the Pairs screen uses of the files that desks share."""


@cache
def assets() -> Mapping[str, bytes]:
    """File name to content; read once per process."""
    own = [*_HERE.glob("pairs/*"), *_HERE.glob("pairs/vendor/*")]
    return asset_files.read([*own, *(_HERE / "shared" / name for name in _SHARED)])


@cache
def version() -> str:
    """16 hex digits over the names and contents of all files."""
    return asset_files.version_of(assets())
