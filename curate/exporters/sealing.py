"""Dataset card, hashes and, last, manifest.json of a folder whose records are written."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from curate.errors import VerificationError
from curate.exporters import croissant, manifest_file, sums
from curate.exporters.contents import Contents
from curate.exporters.dataset_card import dataset_card
from curate.exporters.formats.format import Format
from curate.exporters.layout import README, RecordFolder
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.media_files import THREADS
from curate.exporters.provenance_words import ITEM_KINDS
from curate.exporters.staging import write_file
from curate.exporters.tasks.task import Task
from curate.manifest_records import ManifestSpec, Provenance

PICTURES = ("photo", "crop")
"""What exported pictures may show."""
_PROVENANCE = TypeAdapter(Provenance)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a folder is sealed as."""

    task: Task
    spec: ManifestSpec
    picture: str
    """One of ``PICTURES``: what the exported pictures show."""
    format: Format


def seal(records: RecordFolder, contents: Contents, what: Seal) -> ManifestFile:
    """Write all that stands beside the records, and make every file durable."""
    tree, spec = records.directory, what.spec
    files = _hashes(tree, contents.pictures if what.format.keeps_pictures else frozenset())
    for name, data in descriptions(what.task, what.format, spec, contents, files).items():
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


def descriptions(
    task: Task, layout: Format, spec: ManifestSpec, contents: Contents, files: Mapping[str, str]
) -> dict[str, bytes]:
    """Content of each of ``BESIDES``; ``files`` has the sha256 by path, of all tables at least."""
    return {
        croissant.NAME: croissant.croissant(task, layout, spec, contents, files),
        README: dataset_card(task, layout, spec, contents, files).encode(),
    }


def spec_of(manifest: ManifestFile) -> ManifestSpec:
    """What a manifest says it was asked for, and how it came to be.

    Raises:
        VerificationError: Its provenance is not in the form that exports write.
    """
    stated = manifest.provenance
    try:
        provenance = _PROVENANCE.validate_json(json.dumps(stated), strict=True)
    except ValidationError:
        provenance = None
    if provenance is None or provenance.to_json() != stated or not provenance.items.keys() <= ITEM_KINDS:
        raise VerificationError("manifest.json has a provenance that no export writes")
    return ManifestSpec(
        manifest.name, manifest.version, manifest.task, manifest.parameters, manifest.format, provenance
    )


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
