"""Write an export in the layout of another program."""

from __future__ import annotations

from pathlib import Path

from curate.exporters.conversion import convert_folder
from curate.exporters.splits import SPLITS
from curate.workflows.export_options import Exported


def convert_manifest(source: Path, format_name: str, directory: Path) -> Exported:
    """Write ``<directory>/<name>-<version>`` from the export ``source``; needs no workspace.

    Raises:
        ExportError, VerificationError: as ``convert_folder`` says.
    """
    written = convert_folder(source, format_name, directory)
    records = sum(written.counts.get(split, 0) for split in SPLITS)
    return Exported(written, records, left_out={})
