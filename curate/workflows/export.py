"""Export what people approved as a training manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curate.database import manifests
from curate.database.provenance import provenance
from curate.errors import ExportError
from curate.exporters.export_folder import write_folder
from curate.exporters.tasks import benchmark
from curate.exporters.tasks.subject_records import TASK, views_of
from curate.exporters.tasks.subject_samples import subject_samples
from curate.photos.reading import decode
from curate.workflows import view_selection
from curate.workflows.captions import with_captions
from curate.workflows.export_options import Exported, check_rights, reasons, told
from curate.workflows.view_selection import MakeRecords, ViewOptions
from curate.workspace import Workspace

_ADVICE = {
    TASK: "accept more views, or lower --at-least",
    benchmark.TASK: (
        "accept more groups of four photos; photos keep the split of their first export, "
        "so hold out new ones with --shares, such as 80 0 20"
    ),
}
"""What to do when nothing that is accepted gives a record."""


@dataclass(frozen=True, slots=True)
class SubjectOptions(ViewOptions):
    """What `curate export subject` was asked for."""

    crops: bool = False
    captioner: str | None = None
    """Whose captions count where no person wrote one: name or fingerprint, if there are several."""


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
        NotFoundError: several captioners or embedders were used, and the options name none of them.
    """
    return _export(workspace, options, directory, TASK, None, on_step)


def export_benchmark(
    workspace: Workspace,
    options: SubjectOptions,
    directory: Path,
    on_step: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write quadruplets of approved views of the split ``test`` as the task ``benchmark``.

    Raises:
        ExportError: as ``export_subject``.
    """
    return _export(workspace, options, directory, benchmark.TASK, benchmark.benchmark_records, on_step)


def _export(
    workspace: Workspace,
    options: SubjectOptions,
    directory: Path,
    task: str,
    make: MakeRecords | None,
    on_step: Callable[[int, int], None] | None,
) -> Exported:
    approved = view_selection.approved_views(workspace, options)
    records = view_selection.records_of(workspace, approved, options, make)
    if not records and (why := reasons(approved.left_out)):
        raise ExportError(f"What is accepted gives no record ({why}): {_ADVICE[task]}.")
    check_rights((view for each in records for view in views_of(each)), options)
    records, captioner = with_captions(workspace, records, options.captioner)
    parameters = {
        **view_selection.parameters(options, approved),
        "crops": options.crops,
        "captioner": captioner,
    }
    decisions = view_selection.decision_ids(records)
    captions = {each.caption_source for each in records}
    with workspace.transaction() as session:
        spec = options.spec(task, parameters, provenance(session, decisions, captions))
    limit = workspace.settings.max_pixels
    samples = subject_samples(
        records, view_selection.read_photo, lambda data: decode(data, limit), crops=options.crops
    )
    picture = "crop" if options.crops else "photo"
    written = write_folder(
        samples,
        spec,
        directory,
        records=len(records),
        picture=picture,
        max_pixels=limit,
        on_step=on_step,
    )
    with workspace.transaction() as session:
        manifests.record(session, written, spec, view_selection.photo_splits(records), decisions)
    return Exported(written, len(records), told(approved.left_out), told(approved.warnings(records)))
