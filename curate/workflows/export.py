"""Export what people approved as a training manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curate.database import manifests
from curate.database.provenance import provenance
from curate.exporters.export_folder import write_folder
from curate.exporters.formats.registry import format_for
from curate.exporters.tasks import benchmark
from curate.exporters.tasks.subject_records import TASK
from curate.exporters.tasks.subject_samples import subject_samples
from curate.manifest_records import SubjectRecord
from curate.photos.reading import decode
from curate.workflows import view_selection
from curate.workflows.batches import batched
from curate.workflows.benchmark_advice import benchmark_steps
from curate.workflows.captions import UsedCaptioner, used_captioner, with_captions
from curate.workflows.export_advice import refuse_nothing
from curate.workflows.export_options import Exported, refuse_unlicensed, told
from curate.workflows.scratch import RecordSpool, scratch_file
from curate.workflows.undisturbed import undisturbed
from curate.workflows.view_selection import PORTION, MakeRecords, ViewOptions
from curate.workflows.view_summary import ChosenViews, ViewSummary
from curate.workspace import Workspace

_STEPS = {"": "accept more views of these things, or lower --at-least"}
"""What to do when nothing that is accepted gives a record, by words of the reason."""


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


@undisturbed
def _export(
    workspace: Workspace,
    options: SubjectOptions,
    directory: Path,
    task: str,
    make: MakeRecords | None,
    on_step: Callable[[int, int], None] | None,
) -> Exported:
    format_for(options.format, task)  # before anything is chosen
    captioner = used_captioner(workspace, options.captioner)
    with scratch_file(workspace) as file:
        spool = RecordSpool[SubjectRecord](workspace, file)
        chosen = _choose(workspace, options, make, captioner, spool)
        if not spool.count:
            steps = benchmark_steps(workspace, options, chosen.left_out) if task == benchmark.TASK else _STEPS
            refuse_nothing(chosen.left_out, steps)
        refuse_unlicensed(chosen.summary.unlicensed, options)
        fingerprint = captioner.fingerprint if captioner else None
        parameters = {**chosen.parameters, "crops": options.crops, "captioner": fingerprint}
        with workspace.transaction() as session:
            spec = options.spec(
                task, parameters, provenance(session, chosen.summary.decision_ids(), chosen.summary.captions)
            )
        limit = workspace.settings.max_pixels
        samples = subject_samples(
            spool, view_selection.read_photo, lambda data: decode(data, limit), crops=options.crops
        )
        written = write_folder(
            samples,
            spec,
            directory,
            records=spool.count,
            picture="crop" if options.crops else "photo",
            max_pixels=limit,
            on_step=on_step,
        )
    with workspace.transaction() as session:
        manifests.record(session, written, spec, chosen.summary.splits, chosen.summary.decision_ids())
    return Exported(written, spool.count, told(chosen.left_out), told(chosen.warnings))


def _choose(
    workspace: Workspace,
    options: SubjectOptions,
    make: MakeRecords | None,
    captioner: UsedCaptioner | None,
    spool: RecordSpool[SubjectRecord],
) -> ChosenViews:
    """Make all records; what approves them is forgotten before the first is written."""
    approved = view_selection.approved_views(workspace, options)
    summary = ViewSummary(approved.tied)
    for part in batched(view_selection.records_of(workspace, approved, options, make), PORTION):
        records = with_captions(workspace, part, captioner)
        summary.add(records)
        spool.add(records)
    return ChosenViews(view_selection.parameters(options, approved), approved.left_out, summary)
