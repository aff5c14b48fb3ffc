"""Write the samples of any task as a Hugging Face image folder, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from curate.errors import ExportError, VerificationError
from curate.exporters import manifest_file
from curate.exporters.contents import Contents
from curate.exporters.dataset_card import dataset_card
from curate.exporters.layout import README, TABLE, sorted_table, table_bytes
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.media_files import OnStep, written_rows
from curate.exporters.splits import SPLITS
from curate.exporters.staging import publish, staging_folder, write_file
from curate.exporters.task import Row, Sample, Task
from curate.exporters.tasks import TASKS
from curate.exporters.verify import verify
from curate.photos.opening import DEFAULT_MAX_PIXELS
from curate.records import ManifestSpec, WrittenManifest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def write_folder(
    samples: Sequence[Sample],
    spec: ManifestSpec,
    directory: Path,
    *,
    picture: str = "photo",
    max_pixels: int = DEFAULT_MAX_PIXELS,
    on_step: OnStep | None = None,
) -> WrittenManifest:
    """Write ``<directory>/<name>-<version>``; equal input gives equal bytes.

    Args:
        samples: Of the task that ``spec`` names, in any order, each sample id once; nothing in two splits
            that may be in one only.
        spec: Task, name, version and what the set was asked for.
        directory: Where the manifest's folder goes; made if missing.
        picture: ``photo`` or ``crop``: what the exported pictures show.
        max_pixels: For verifying a manifest that lies in the place already.
        on_step: Told about every set of pictures that is on disk.

    Raises:
        ExportError: The samples do not fit together, a picture cannot be made, there is another manifest in
            the place, or the disk is full. Nothing is left behind.
    """
    task = TASKS[spec.task]
    _check(task, samples, spec)
    target = directory / f"{spec.name}-{spec.version}"
    try:
        with staging_folder(target) as tree:
            rows = written_rows(samples, tree, on_step)
            by_split = {
                split: [row for each, row in zip(samples, rows, strict=True) if each.split == split]
                for split in SPLITS
            }
            manifest = _write_texts(task, by_split, spec, tree, picture)
            is_new = publish(tree, target)
    except OSError as error:
        raise _disk_error(error, target) from error
    if not is_new:
        _check_identical(target, manifest, max_pixels)
    return WrittenManifest(target, manifest.content_hash, manifest.counts, already_there=not is_new)


def _write_texts(
    task: Task, splits: dict[str, list[dict[str, object]]], spec: ManifestSpec, tree: Path, picture: str
) -> ManifestFile:
    """Tables, dataset card and, last, manifest.json."""
    contents = Contents(task)
    rows: list[Row] = []
    texts: dict[str, bytes] = {}
    for split, found in splits.items():
        rows += found
        for row in found:
            contents.add(split, row)
        if found:
            texts[f"{split}/{TABLE}"] = table_bytes(sorted_table(task, found))
    texts[README] = dataset_card(task, spec, contents.counts(), contents.licences(), rows).encode()
    for path, data in texts.items():
        write_file(tree / path, data)

    files = {path: Path(path).stem for path in contents.pictures}  # a picture's name is its hash
    files |= {path: hashlib.sha256(data).hexdigest() for path, data in texts.items()}
    manifest = manifest_file.sealed(
        {
            "name": spec.name,
            "version": spec.version,
            "task": spec.task,
            "schema_version": manifest_file.SCHEMA_VERSION,
            "parameters": dict(spec.parameters),
            "picture": picture,
            "masks": dict(task.masks),
            "counts": {**contents.counts(), "files": len(files)},
            "licences": contents.licences(),
            "files": files,
        }
    )
    write_file(tree / manifest_file.NAME, manifest.to_bytes())
    return manifest


def _check(task: Task, samples: Sequence[Sample], spec: ManifestSpec) -> None:
    for value in (spec.name, spec.version):
        if not _NAME.fullmatch(value):
            raise ExportError(
                f"{value!r} cannot be part of a folder name: "
                "use letters, digits, dots, dashes and underscores."
            )
    if not samples:
        raise ExportError(task.nothing)
    if len({sample.values["sample_id"] for sample in samples}) < len(samples):
        raise ExportError("A sample comes twice: run `curate doctor`, then export again.")
    contents = Contents(task)
    for sample in samples:
        if sample.split not in SPLITS:
            raise ExportError(f"The split {sample.split!r} is unknown: use {', '.join(SPLITS)}.")
        contents.add(sample.split, sample.values)
    for leak in contents.leaks():
        raise ExportError(f"The splits leak, {leak}: run `curate doctor`, then export again.")


def _check_identical(target: Path, manifest: ManifestFile, max_pixels: int) -> None:
    """The folder was there before: fine if it is this very manifest, unharmed."""
    try:
        same = verify(target, max_pixels).content_hash == manifest.content_hash
    except VerificationError as error:
        raise ExportError(
            f"{target} is in the way and is not an undamaged manifest ({error}) "
            "Move it away, then export again."
        ) from error
    if not same:
        raise ExportError(
            f"{target} holds another manifest: give a new --version, "
            "or move the folder away and export again."
        )


def _disk_error(error: OSError, target: Path) -> ExportError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ExportError(
            f"The disk is full: make room in {target.parent}, then export again; nothing was left there."
        )
    return ExportError(
        f"{target} cannot be written ({error.strerror or error}): mend that or export to another folder."
    )
