"""Find and read photos on anything fsspec opens: buckets, web servers, memory, archives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from glob import has_magic
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from curate.errors import SettingsError
from curate.photos.locations import Found, SkippedFile, SourceFile, SourceProblem, has_photo_suffix

_Info = Mapping[str, Any]


def remote_photos(url: str) -> Iterator[Found]:
    """The file at ``url``, or all photos below it if it is a folder or a glob, sorted per folder.

    Raises:
        SettingsError: the address is unknown, empty, refused, or its library is missing.
    """
    url, chain = _split_chain(url)
    with _refusals(url + chain):
        system, path = url_to_fs(url + chain)
        system.invalidate_cache()
        starts = _starts(system, path)
    if not starts:
        raise SettingsError(f"Nothing matches {url + chain!r}: check the pattern.")
    for info in starts:
        if info["type"] == "directory":
            yield from _below(system, info["name"], chain)
        elif has_magic(path) and info["name"] != path:
            yield _by_name(system, info, chain)
        else:
            yield _file(system, info, chain)


def remote_bytes(url: str, limit: int) -> bytes:
    """At most ``limit`` + 1 bytes of the file at ``url``. Raises whatever the file system raises."""
    system, path = url_to_fs(url)
    content: bytes = system.cat_file(path, start=0, end=limit + 1)
    return content


def _split_chain(url: str) -> tuple[str, str]:
    """``zip://x::file.zip`` as its own part and the rest, a local file in the rest made absolute."""
    url, chained, rest = url.partition("::")
    if not chained:
        return url, ""
    if "://" not in url:
        raise SettingsError(f"The prefix {url}:: cannot be used here: type the address without it.")
    if "://" not in rest:
        rest = f"file://{Path(rest).absolute()}"
    return url, f"::{rest}"


def _starts(system: AbstractFileSystem, path: str) -> list[_Info]:
    if has_magic(path) and not system.exists(path):
        found: dict[str, _Info] = system.glob(path, detail=True)
        return [found[name] for name in sorted(found)]
    return [system.info(path)]


def _below(system: AbstractFileSystem, top: str, chain: str) -> Iterator[Found]:
    entered: set[str] = set()
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        entered.add(folder.rstrip("/"))
        try:
            listing = sorted(system.ls(folder, detail=True), key=lambda info: str(info["name"]))
        except Exception as error:  # each file system has error classes of its own
            yield SourceProblem(_uri(system, folder, chain), f"This cannot be listed ({error}): try again.")
            continue
        folders = [info["name"] for info in listing if info["type"] == "directory"]
        # Last in, first out; a bucket may list a folder inside itself, a web page link to anywhere.
        below = [name for name in folders if name.startswith(top) and name.rstrip("/") not in entered]
        waiting.extend(reversed(below))
        for info in listing:
            if info["type"] != "directory" and info["name"] != folder:
                yield _by_name(system, info, chain)


def _by_name(system: AbstractFileSystem, info: _Info, chain: str) -> Found:
    if has_photo_suffix(info["name"]):
        return _file(system, info, chain)
    return SkippedFile(_uri(system, info["name"], chain), "its name does not end like a photo's")


def _file(system: AbstractFileSystem, info: _Info, chain: str) -> SourceFile:
    etag = info.get("ETag") or info.get("etag")
    token = str(etag).strip('"') if etag else system.ukey(info["name"])
    return SourceFile(_uri(system, info["name"], chain), int(info["size"] or 0), token)


def _uri(system: AbstractFileSystem, name: str, chain: str) -> str:
    return f"{system.unstrip_protocol(name)}{chain}"


@contextmanager
def _refusals(url: str) -> Iterator[None]:
    """Turn what fsspec and its back ends raise about an address into one sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise SettingsError(f"There is no file or folder {url!r}: check the address.") from error
    except ImportError as error:
        raise SettingsError(f"{url!r} needs a library ({error}): pip install 'recurate[cloud]'.") from error
    except Exception as error:  # each file system has error classes of its own
        raise SettingsError(f"{url!r} cannot be listed ({error}): check address and credentials.") from error
