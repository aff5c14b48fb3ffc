"""Write the samples of any task in any format, whole or not at all."""

from __future__ import annotations

import errno
import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from curate.errors import ExportError, VerificationError
from curate.exporters import manifest_file, sums
from curate.exporters.contents import Contents
from curate.exporters.formats.registry import format_for
from curate.exporters.layout import RecordFolder
from curate.exporters.media_files import OnStep, written_rows
from curate.exporters.reformatting import reformat
from curate.exporters.row_spool import RowSpool
from curate.exporters.sealing import Seal, seal
from curate.exporters.splits import SPLITS
from curate.exporters.staging import is_unfinished, make_folder, publish, staging_folder
from curate.exporters.tasks.registry import TASKS
from curate.exporters.tasks.task import Sample, Task
from curate.exporters.verify import verify
from curate.exporters.versions import free_version, versions_in
from curate.manifest_records import ManifestSpec, WrittenManifest
from curate.photos.opening import DEFAULT_MAX_PIXELS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def write_folder(
    samples: Iterable[Sample],
    spec: ManifestSpec,
    directory: Path,
    *,
    records: int,
    picture: str = "photo",
    max_pixels: int = DEFAULT_MAX_PIXELS,
    on_step: OnStep | None = None,
) -> WrittenManifest:
    """Write ``<directory>/<name>-<version>``; equal input gives equal bytes.

    Args:
        samples: Of the task that ``spec`` names, in any order, each sample id once; nothing in two splits
            that may be in one only. They are taken one after another and not kept.
        spec: Task, name, version, format and what the set was asked for.
        directory: Where the manifest's folder goes; made if missing.
        records: How many samples there are.
        picture: ``photo`` or ``crop``: what the exported pictures show.
        max_pixels: For verifying a manifest that lies in the place already.
        on_step: Told about every record whose pictures are on disk.

    Raises:
        ExportError: The samples do not fit together, a picture cannot be made, there is another manifest in
            the place, or the disk is full. Nothing is left behind.
    """
    task, layout = TASKS[spec.task], format_for(spec.format, spec.task)
    _check(spec, records, task)
    target = directory / f"{spec.name}-{spec.version}"
    check_place(target)
    with disk_errors(target), staging_folder(target) as staging:
        tree = staging / "canonical"
        make_folder(tree)
        contents = _write_records(samples, task, tree, staging / "rows", on_step, records)
        return finish(tree, contents, Seal(task, spec, picture, layout), staging, target, max_pixels)


def finish(
    tree: Path,
    contents: Contents,
    what: Seal,
    staging: Path,
    target: Path,
    max_pixels: int,
    *,
    links: bool = True,
) -> WrittenManifest:
    """Bring the canonical ``tree`` into its format, seal it, and put it in its place.

    Args:
        tree: Below ``staging``, unless it is to be copied and not to be linked from.
        contents: Of all its rows.
        what: As what it is sealed.
        staging: A new folder beside ``target``.
        target: The place.
        max_pixels: Larger pictures are not decoded.
        links: Whether files of ``tree`` may get a second name.

    Raises:
        ExportError: There is another manifest in the place.
    """
    records = RecordFolder(tree, links=links, max_pixels=max_pixels)
    if not what.format.canonical:
        tree = reformat(records, contents, what.task, what.format, staging / "tree")
    manifest = seal(RecordFolder(tree, canonical=what.format.canonical), contents, what)
    is_new = publish(tree, target)
    if not is_new:
        _check_identical(target, manifest, max_pixels)
    return WrittenManifest(target, manifest.content_hash, manifest.counts, already_there=not is_new)


def _write_records(
    samples: Iterable[Sample], task: Task, tree: Path, scratch: Path, on_step: OnStep | None, total: int
) -> Contents:
    """Pictures and tables below ``tree``."""
    scratch.mkdir()
    contents, spool = Contents(task), RowSpool(task, scratch)
    with _seldom_collected():
        for done, (split, row) in enumerate(written_rows(_known(samples), tree), start=1):
            contents.add(split, row)
            spool.add(split, row)
            if on_step:
                on_step(done, total)
    for leak in contents.leaks():
        raise ExportError(f"The splits leak, {leak}: run `curate doctor`, then export again.")
    for split in contents.splits():
        make_folder(tree / split)
        spool.write(split, RecordFolder(tree).table(split))
    return contents


def _check(spec: ManifestSpec, records: int, task: Task) -> None:
    for value in (spec.name, spec.version):
        if not _NAME.fullmatch(value):
            raise ExportError(
                f"{value!r} cannot be part of a folder name: "
                "use letters, digits, dots, dashes and underscores."
            )
    if not records:
        raise ExportError(task.nothing)


def check_place(target: Path) -> None:
    """An export holds its own files alone, so another one inside of it would spoil it.

    Raises:
        ExportError: ``target`` lies in an exported folder.
    """
    for folder in target.resolve().parents:
        # Others call a file manifest.json, too.
        if all((folder / name).is_file() for name in (manifest_file.NAME, sums.NAME)):
            raise ExportError(
                f"{target} would lie inside of the export {folder}: give another folder with --to."
            )


def _known(samples: Iterable[Sample]) -> Iterator[Sample]:
    for sample in samples:
        if sample.split not in SPLITS:
            raise ExportError(f"The split {sample.split!r} is unknown: use {', '.join(SPLITS)}.")
        yield sample


def _check_identical(target: Path, manifest: manifest_file.ManifestFile, max_pixels: int) -> None:
    """The folder was there before: fine if it is this very manifest, unharmed."""
    try:
        same = verify(target, max_pixels).content_hash == manifest.content_hash
    except VerificationError as error:
        raise ExportError(
            f"{target} is in the way and is not an undamaged manifest ({error}) "
            "Move it away, then export again."
        ) from error
    if not same:
        free = free_version(manifest.version, versions_in(target.parent, manifest.name))
        raise ExportError(
            f"{target} holds another manifest: move it away, write to another folder with --to, "
            f"or export with --version {free}."
        )


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Rows are many containers without cycles: looking for cycles in them took a quarter of an export."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def disk_errors(target: Path) -> Iterator[None]:
    """Say what to do when ``target`` cannot be written, or what goes there cannot be read."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ExportError(
                f"The disk is full: make room in {target.parent}, then export again; nothing was left there."
            ) from error
        why = error.strerror or error
        if isinstance(error.filename, str) and not _is_written(Path(error.filename), target):
            raise ExportError(
                f"{error.filename} cannot be read ({why}): mend that, then export again."
            ) from error
        raise ExportError(
            f"{target} cannot be written ({why}): mend that or export to another folder."
        ) from error


def _is_written(path: Path, target: Path) -> bool:
    """Whether an export to ``target`` writes at ``path``, and does not read there."""
    return is_unfinished(path) or path == target or path in target.parents
