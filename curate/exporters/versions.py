"""Versions that may follow one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


def free_version(version: str, taken: Collection[str]) -> str:
    """The number after all that are taken; of a version that is no number, with one behind it."""
    if version.isdecimal():
        return str(max(int(each) for each in (version, *taken) if each.isdecimal()) + 1)
    number = 2
    while f"{version}-{number}" in taken:
        number += 1
    return f"{version}-{number}"


def versions_in(directory: Path, name: str) -> set[str]:
    """Versions that folders ``<directory>/<name>-<version>`` take, and what else begins with the name."""
    start = f"{name}-"
    return {each.name.removeprefix(start) for each in directory.iterdir() if each.name.startswith(start)}
