"""SHA256SUMS: the hash of every file, in the form that ``sha256sum --check`` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from curate.errors import VerificationError

NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def sums_bytes(files: Mapping[str, str]) -> bytes:
    """One line per file, by path; ``files`` has the sha256 by path from the manifest's folder."""
    return "".join(f"{files[path]}  {path}\n" for path in sorted(files)).encode()


def parsed(data: bytes, otherwise: str) -> dict[str, str]:
    """Read SHA256SUMS, trusting nothing in it: sha256 by path.

    Raises:
        VerificationError: It is not in the form that exports write, or names a path that does not stay below
            its folder; the sentence ends with ``otherwise``, what to do.
    """
    try:
        files = dict(_entries(data.decode()))
    except ValueError as error:
        raise VerificationError(f"{NAME} is damaged: {otherwise}") from error
    if sums_bytes(files) != data:
        raise VerificationError(f"{NAME} is not in the form that exports write: {otherwise}")
    for path in files:
        if not _stays_below(path):
            raise VerificationError(f"{NAME} lists {path!r}, which is no file below its folder: {otherwise}")
    return files


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n")[:-1]:
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(line)
        yield found[2], found[1]


def _stays_below(path: str) -> bool:
    parts = PurePosixPath(path).parts
    plain = path == "/".join(parts) and "\\" not in path and "\0" not in path
    return plain and path not in {"", ".", NAME, "manifest.json"} and ".." not in parts and parts[0] != "/"
