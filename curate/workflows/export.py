"""Export what people approved as a training manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curate.database import manifests
from curate.errors import ExportError
from curate.exporters.image_folder import write_folder
from curate.exporters.subject_records import TASK, views_of
from curate.exporters.subject_samples import subject_samples
from curate.photos.reading import decode
from curate.records import ManifestSpec
from curate.workflows import view_selection
from curate.workflows.export_options import Exported, check_rights, reasons, told
from curate.workflows.view_selection import ViewOptions
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SubjectOptions(ViewOptions):
    """What `curate export subject` was asked for."""

    crops: bool = False


def export_subject(
    workspace: Workspace,
    options: SubjectOptions,
    directory: Path,
    on_step: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write all approved views as records of the ``subject`` task: ``<directory>/<name>-<version>``.

    Files first, then the row in Postgres: run again after an interruption it finds the finished folder
    equal and only registers it.

    Raises:
        ExportError: nothing is approved, rights are unknown, or the folder cannot be written.
    """
    approved = view_selection.approved_views(workspace, options)
    records = view_selection.records_of(workspace, approved, options)
    if not records and (why := reasons(approved.left_out)):
        raise ExportError(
            f"What is accepted gives no record ({why}): accept more views, or lower --at-least."
        )
    check_rights((view for each in records for view in views_of(each)), options)
    parameters = {**view_selection.parameters(options, approved), "crops": options.crops}
    spec = ManifestSpec(options.name, options.version, TASK, parameters)
    limit = workspace.settings.max_pixels
    samples = subject_samples(
        records, view_selection.read_photo, lambda data: decode(data, limit), crops=options.crops
    )
    picture = "crop" if options.crops else "photo"
    written = write_folder(samples, spec, directory, picture=picture, max_pixels=limit, on_step=on_step)
    with workspace.transaction() as session:
        manifests.record(
            session, written, spec, view_selection.photo_splits(records), view_selection.decision_ids(records)
        )
    return Exported(written, len(records), told(approved.left_out))
