"""An exported folder as a trainer opens it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import takewhile

from fsspec.core import url_to_fs

from curate.errors import SettingsError, VerificationError
from curate.exporters import manifest_file, sums
from curate.exporters.formats.shards import shard_names
from curate.exporters.manifest_file import AGAIN, ManifestFile
from curate.exporters.splits import SPLITS
from curate.training.shards import Shard


def opened_manifest(folder: str, read: Callable[[str], bytes], split: str) -> ManifestFile:
    """The manifest.json of a folder.

    Args:
        folder: For sentences.
        read: Gives a file by its path from the folder.
        split: That is to be read.

    Raises:
        VerificationError: There is none, or it was changed.
        SettingsError: It has no such split; names those it has.
    """
    try:
        manifest = manifest_file.parsed(read(manifest_file.NAME))
    except OSError as error:
        raise VerificationError(
            f"{folder}/{manifest_file.NAME} cannot be read ({error.strerror or error}): "
            "give the folder that `curate export` wrote."
        ) from error
    there = [each for each in SPLITS if each in manifest.counts]
    if split not in there:
        raise SettingsError(f"{folder} has no split {split!r}: use {', '.join(there)}.")
    return manifest


def shards_of(folder: str, split: str) -> tuple[str, tuple[Shard, ...]]:
    """The task and, in their order, the shards of a folder, which may be a URL. Nothing has to list it.

    Raises:
        VerificationError: manifest.json or SHA256SUMS is missing or was changed.
        SettingsError: It has no such split, or holds no shards.
    """
    files, root = url_to_fs(folder.rstrip("/"))

    def read(name: str) -> bytes:
        return bytes(files.cat_file(f"{root}/{name}"))

    manifest = opened_manifest(folder, read, split)
    if manifest.format != "webdataset":
        raise SettingsError(f"{folder} holds pictures, not shards: read it with RecordDataset.")
    data = read(sums.NAME)
    if hashlib.sha256(data).hexdigest() != manifest.sums:
        raise VerificationError(f"{folder}/{sums.NAME} was changed: {AGAIN}")
    listed = sums.parsed(data, AGAIN)
    names = takewhile(listed.__contains__, shard_names(split))
    shards = [Shard(files.unstrip_protocol(f"{root}/{name}"), listed[name]) for name in names]
    return manifest.task, tuple(shards)
