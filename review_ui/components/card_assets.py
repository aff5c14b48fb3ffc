"""The card's scripts and style sheets, served as ``/app/assets/{version}/{name}``.

The version stands in the path so that the scripts' imports of one another carry it too: an answer may be
cached for ever, and a page never mixes files of two versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).with_name("card")


@cache
def assets() -> Mapping[str, bytes]:
    """File name (``main.js``, ``card.css`` ...) to content; read once per process."""
    found = sorted(path for path in _FOLDER.iterdir() if path.suffix in (".js", ".css"))
    return MappingProxyType({path.name: path.read_bytes() for path in found})


@cache
def version() -> str:
    """16 hex digits over the names and contents of all files."""
    digest = hashlib.sha256()
    for name, content in assets().items():
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:16]
