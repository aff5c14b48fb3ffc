"""From an export in the canonical layout to one in another, without a database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from curate.errors import ExportError
from curate.exporters.contents import Contents
from curate.exporters.export_folder import check_place, disk_errors, finish
from curate.exporters.formats.image_folder import IMAGE_FOLDER
from curate.exporters.formats.registry import FORMATS, format_for
from curate.exporters.layout import RecordFolder
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.sealing import Seal, spec_of
from curate.exporters.staging import staging_folder
from curate.exporters.tasks.registry import TASKS
from curate.exporters.verify import read_manifest, verify
from curate.manifest_records import WrittenManifest
from curate.photos.opening import DEFAULT_MAX_PIXELS


def convert_folder(
    source: Path, format_name: str, directory: Path, max_pixels: int = DEFAULT_MAX_PIXELS
) -> WrittenManifest:
    """Write ``<directory>/<name>-<version>``: the bytes that an export in that format would have written.

    Args:
        source: An export in the canonical layout; it is verified first.
        format_name: One of ``formats.FORMATS``, but for the canonical one.
        directory: Where the new folder goes; made if missing.
        max_pixels: Larger pictures are not decoded.

    Raises:
        ExportError: ``source`` is in another layout, its task has no place in the format, or the folder
            cannot be written. Nothing is left behind.
        VerificationError: ``source`` is not what was exported.
    """
    verify(source, max_pixels)
    manifest = read_manifest(source)
    layout = format_for(format_name, manifest.task)
    target = directory / f"{manifest.name}-{manifest.version}"
    _check(source, manifest, layout.name, target)
    spec = replace(spec_of(manifest), format=layout.name)
    task, contents, records = TASKS[manifest.task], Contents(TASKS[manifest.task]), RecordFolder(source)
    for split in records.splits():
        for row in records.rows(split):
            contents.add(split, row)
    what = Seal(task, spec, manifest.picture, layout)
    with disk_errors(target), staging_folder(target) as staging:
        return finish(source, contents, what, staging, target, max_pixels, links=False)


def _check(source: Path, manifest: ManifestFile, wanted: str, target: Path) -> None:
    if not FORMATS[manifest.format].canonical:
        raise ExportError(
            f"{source} is in the format {manifest.format}: give a folder in the format {IMAGE_FOLDER.name}."
        )
    if FORMATS[wanted].canonical:
        raise ExportError(f"{source} is in the format {wanted} already: give another --format.")
    if target.resolve() == source.resolve():
        raise ExportError(f"{source} would be overwritten: give another folder with --to.")
    check_place(target)
