"""Subject records straight to a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curate.exporters.export_folder import write_folder
from curate.exporters.media_files import OnStep
from curate.exporters.pixels import Decode
from curate.exporters.tasks.subject_samples import ReadPhoto, subject_samples
from curate.manifest_records import ManifestSpec, SubjectRecord, WrittenManifest


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
    """Write ``<directory>/<name>-<version>``."""
    samples = subject_samples(records, read_photo, decode, crops=crops)
    picture = "crop" if crops else "photo"
    return write_folder(samples, spec, directory, records=len(records), picture=picture, on_step=on_step)
