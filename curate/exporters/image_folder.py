"""Write subject records as a Hugging Face image folder, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from curate.errors import ExportError, VerificationError
from curate.exporters import manifest_file
from curate.exporters.dataset_card import dataset_card
from curate.exporters.layout import README, TABLE, sorted_table, table_bytes
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.media_files import OnStep, Pictures, ReadPhoto, views_of, write_pictures
from curate.exporters.pixels import Decode
from curate.exporters.sides import Sides
from curate.exporters.splits import SPLITS
from curate.exporters.staging import publish, staging_folder, write_file
from curate.exporters.subject_records import TASK
from curate.exporters.verify import verify
from curate.records import ManifestSpec, SubjectRecord, WrittenManifest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def write_subject(
    records: Sequence[SubjectRecord],
    spec: ManifestSpec,
    directory: Path,
    read_photo: ReadPhoto,
    decode: Decode,
    *,
    crops: bool = False,
    on_step: OnStep | None = None,
) -> WrittenManifest:
    """Write ``<directory>/<name>-<version>``; equal input gives equal bytes.

    Args:
        records: In any order, each sample once; no photo and no group in two splits.
        spec: Name, version and what the set was asked for.
        directory: Where the manifest's folder goes; made if missing.
        read_photo: Gives a photo's original bytes, which are checked against the sha256 on record.
        decode: Used for photos that may not leave as they are.
        crops: Export each view's box as a PNG instead of the whole photo.
        on_step: Told about every picture that is on disk.

    Raises:
        ExportError: The records do not fit together, a photo cannot be read or has changed, there is another
            manifest in the place, or the disk is full. Nothing is left behind.
    """
    _check(records, spec)
    target = directory / f"{spec.name}-{spec.version}"
    try:
        with staging_folder(target) as tree:
            names = write_pictures(records, tree, Pictures(read_photo, decode, crops), on_step)
            manifest = _write_texts(records, spec, tree, names, crops)
            is_new = publish(tree, target)
    except OSError as error:
        raise _disk_error(error, target) from error
    if not is_new:
        _check_identical(target, manifest)
    return WrittenManifest(target, manifest.content_hash, manifest.counts, already_there=not is_new)


def _write_texts(
    records: Sequence[SubjectRecord], spec: ManifestSpec, tree: Path, names: Mapping[UUID, str], crops: bool
) -> ManifestFile:
    """Tables, dataset card and, last, manifest.json. ``names`` are the pictures' paths by object id."""
    splits = {split: [record for record in records if record.split == split] for split in SPLITS}
    photos = {view.photo_sha256: view.licence or "unknown" for record in records for view in views_of(record)}
    licences = dict(Counter(photos.values()))
    counts = {split: len(rows) for split, rows in splits.items() if rows}
    counts |= {"groups": len({record.group_id for record in records}), "photos": len(photos)}
    lengths = [len(record.references) for record in records]

    texts = {README: dataset_card(spec, counts, licences, (min(lengths), max(lengths))).encode()}
    for split, rows in splits.items():
        if rows:
            table = sorted_table(rows, lambda view: names[view.object_id], crops)
            texts[f"{split}/{TABLE}"] = table_bytes(table)
    for path, data in texts.items():
        write_file(tree / path, data)

    pictures = {f"{record.split}/{names[view.object_id]}" for record in records for view in views_of(record)}
    files = {path: Path(path).stem for path in pictures}  # a picture's name is its hash
    files |= {path: hashlib.sha256(data).hexdigest() for path, data in texts.items()}
    manifest = manifest_file.sealed(
        {
            "name": spec.name,
            "version": spec.version,
            "task": spec.task,
            "schema_version": manifest_file.SCHEMA_VERSION,
            "parameters": dict(spec.parameters),
            "picture": "crop" if crops else "photo",
            "counts": {**counts, "files": len(files)},
            "licences": licences,
            "files": files,
        }
    )
    write_file(tree / manifest_file.NAME, manifest.to_bytes())
    return manifest


def _check(records: Sequence[SubjectRecord], spec: ManifestSpec) -> None:
    if spec.task != TASK:
        raise ExportError(
            f"An image folder of subject records cannot hold the task {spec.task!r}: ask for {TASK!r}."
        )
    for value in (spec.name, spec.version):
        if not _NAME.fullmatch(value):
            raise ExportError(
                f"{value!r} cannot be part of a folder name: "
                "use letters, digits, dots, dashes and underscores."
            )
    if not records:
        raise ExportError("Nothing is approved for export: accept groups with `curate decide` first.")
    if len({record.sample_id for record in records}) < len(records):
        raise ExportError("A sample comes twice: run `curate doctor`, then export again.")
    sides = Sides()
    for record in records:
        if record.split not in SPLITS:
            raise ExportError(f"The split {record.split!r} is unknown: use {', '.join(SPLITS)}.")
        sides.add(record.split, record.group_id, [view.photo_sha256 for view in views_of(record)])
    for crossing in sides.crossing():
        raise ExportError(f"The splits leak, {crossing}: run `curate doctor`, then export again.")


def _check_identical(target: Path, manifest: ManifestFile) -> None:
    """The folder was there before: fine if it is this very manifest, unharmed."""
    try:
        same = verify(target).content_hash == manifest.content_hash
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
