"""The files of a folder that a tethered camera writes into, each when it is whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from curate.photos.sources import SourceFile, find_sources, local_path


def resting_files(folder: Path, interval: float, *, once: bool) -> Iterator[SourceFile]:
    """Each file once, in the order they were written, when it is as it was one interval ago."""
    before: dict[str, str] = {}
    given: dict[str, str] = {}
    while True:
        files = [found for found in find_sources([str(folder)]) if isinstance(found, SourceFile)]
        fresh = [file for file in files if given.get(file.uri) != file.state_token]
        rested = [file for file in fresh if before.get(file.uri) == file.state_token and file.byte_count]
        for file in sorted(rested, key=_written):
            given[file.uri] = file.state_token
            yield file
        if once and not rested and before == {file.uri: file.state_token for file in files}:
            return
        before = {file.uri: file.state_token for file in files}
        time.sleep(interval)  # a file rests if it is the same after that long


def _written(file: SourceFile) -> tuple[int, str]:
    path = local_path(file.uri)
    return (path.stat().st_mtime_ns if path.exists() else 0), file.uri
