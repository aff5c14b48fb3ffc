"""Find the ingested photo an annotation is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

from curate.photos.locations import PHOTO_SUFFIXES, is_local

Key = TypeVar("Key")


class PhotoNames(Generic[Key]):
    """Ingested photos by file name.

    Args:
        photos: Key and URI of each photo.
    """

    def __init__(self, photos: Iterable[tuple[Key, str]]) -> None:
        self._by_stem: dict[str, list[tuple[Key, tuple[str, ...]]]] = defaultdict(list)
        for key, uri in photos:
            parts = _parts_of_uri(uri)
            self._by_stem[_stem(parts[-1])].append((key, parts))

    def find(self, name: str) -> list[Key]:
        """The photos ``name`` can mean: none, one, or several that nothing tells apart.

        Names with and without a suffix or folders are both understood. Among photos with the right
        file name those win that share most of the folders at the end of the path.
        """
        wanted = _parts(name)
        agreeing = [
            (_agreement(wanted, parts), key) for key, parts in self._by_stem.get(_stem(wanted[-1]), [])
        ]
        best = max((agreed for agreed, _ in agreeing), default=0)
        return [key for agreed, key in agreeing if agreed == best > 0]


def _agreement(wanted: tuple[str, ...], parts: tuple[str, ...]) -> int:
    """How many parts agree, counted from the file name backwards; 0 if the file name does not."""
    if wanted[-1] not in (parts[-1], _stem(parts[-1])):
        return 0
    agreed = 1
    for ours, theirs in zip(reversed(wanted[:-1]), reversed(parts[:-1]), strict=False):
        if ours != theirs:
            break
        agreed += 1
    return agreed


def _parts_of_uri(uri: str) -> tuple[str, ...]:
    path = uri.partition("::")[0].partition(":")[2]
    if is_local(uri):
        path = unquote_to_bytes(path).decode("utf-8", "surrogateescape")
    return _parts(path)


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path.replace("\\", "/")).parts or ("",)  # tools on Windows write \


def _stem(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return stem if suffix.lower() in PHOTO_SUFFIXES else name
