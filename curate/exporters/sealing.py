"""Dataset card, hashes and, last, manifest.json of a folder whose records are written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from curate.exporters import croissant, manifest_file, sums
from curate.exporters.contents import Contents
from curate.exporters.dataset_card import dataset_card
from curate.exporters.formats.format import Format
from curate.exporters.layout import README, RecordFolder
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.media_files import THREADS
from curate.exporters.staging import write_file
from curate.exporters.tasks.task import Task
from curate.records import ManifestSpec


@dataclass(frozen=True, slots=True)
class Seal:
    """What a folder is sealed as."""

    task: Task
    spec: ManifestSpec
    picture: str
    """``photo`` or ``crop``: what the exported pictures show."""
    format: Format


def seal(records: RecordFolder, contents: Contents, what: Seal) -> ManifestFile:
    """Write all that stands beside the records, and make every file durable."""
    tree, spec = records.directory, what.spec
    files = _hashes(tree, contents.pictures if what.format.keeps_pictures else frozenset())
    texts = {
        croissant.NAME: croissant.croissant(what.task, what.format, spec, contents, files),
        README: dataset_card(what.task, what.format, spec, contents).encode(),
    }
    for name, data in texts.items():
        write_file(tree / name, data)
        files[name] = hashlib.sha256(data).hexdigest()
    listed = sums.sums_bytes(files)
    write_file(tree / sums.NAME, listed)
    manifest = manifest_file.sealed(
        {
            "name": spec.name,
            "version": spec.version,
            "task": spec.task,
            "format": what.format.name,
            "schema_version": manifest_file.SCHEMA_VERSION,
            "parameters": dict(spec.parameters),
            "picture": what.picture,
            "provenance": spec.provenance.to_json(),
            "masks": dict(what.format.masks(what.task)),
            "counts": {**contents.counts(), "files": len(files)},
            "licences": contents.licences(),
            "sums": hashlib.sha256(listed).hexdigest(),
        }
    )
    write_file(tree / manifest_file.NAME, manifest.to_bytes())
    return manifest


def _hashes(tree: Path, pictures: set[str] | frozenset[str]) -> dict[str, str]:
    """sha256 by path of every file below ``tree``; those of pictures are their names."""
    files = {path: Path(path).stem for path in pictures}
    others = [path for path in _files(tree) if path not in files]
    with ThreadPoolExecutor(THREADS) as pool:
        files.update(zip(others, pool.map(_durable_hash, (tree / path for path in others)), strict=True))
    return files


def _files(tree: Path) -> Iterator[str]:
    for folder, _, names in os.walk(tree):
        yield from ((Path(folder) / name).relative_to(tree).as_posix() for name in names)


def _durable_hash(path: Path) -> str:
    """Hex sha256 of a file that a library wrote, which may not be on disk yet."""
    path.chmod(0o644)
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()
