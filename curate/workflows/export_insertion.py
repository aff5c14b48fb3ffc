"""Export accepted views with accepted removals as the task ``insertion``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from curate.database import manifests, removal_votes, rules
from curate.database.provenance import provenance
from curate.exporters.export_folder import write_folder
from curate.exporters.formats.registry import format_for
from curate.exporters.tasks.insertion_records import TASK, InsertionRecord, insertion_samples
from curate.manifest_records import SubjectRecord
from curate.photos.reading import decode
from curate.verdicts import Consensus
from curate.workflows import view_selection
from curate.workflows.batches import batched
from curate.workflows.export_advice import refuse_nothing
from curate.workflows.export_options import Exported, refuse_unlicensed, told
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.removal_standing import background_of
from curate.workflows.scratch import RecordSpool, scratch_file
from curate.workflows.undisturbed import undisturbed
from curate.workflows.view_selection import PORTION, ApprovedViews, ViewOptions
from curate.workflows.view_summary import ChosenViews, ViewSummary
from curate.workspace import Workspace

NO_BACKGROUND = "objects without an accepted removal"
_STEPS = {
    NO_BACKGROUND: (
        "run `curate remove`, and accept what it makes of these views in `curate review` or with "
        "`curate decide accept`"
    ),
    "": "accept more views of these things, or give another number of --references",
}
"""What to do when nothing that is accepted gives a record, by words of the reason."""


@undisturbed
def export_insertion(
    workspace: Workspace,
    options: ViewOptions,
    directory: Path,
    on_step: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write all approved views that have an accepted removal: ``<directory>/<name>-<version>``.

    A target with fewer references than asked for gives no record. Files first, then the row in Postgres.

    Raises:
        ExportError: nothing is approved, rights are unknown, or the folder cannot be written.
        MediaError: an output or a mask is missing or damaged.
    """
    format_for(options.format, TASK)  # before anything is chosen
    with scratch_file(workspace) as file:
        spool = RecordSpool[InsertionRecord](workspace, file)
        chosen = _choose(workspace, options, spool)
        if not spool.count:
            refuse_nothing(chosen.left_out, _STEPS)
        refuse_unlicensed(chosen.summary.unlicensed, options)
        with workspace.transaction() as session:
            spec = options.spec(TASK, chosen.parameters, provenance(session, chosen.summary.decision_ids()))
        limit, media = workspace.settings.max_pixels, workspace.media
        samples = insertion_samples(
            spool,
            view_selection.read_photo,
            lambda sha256: media.get(sha256, IMAGE_SUFFIX),
            lambda data: decode(data, limit),
        )
        written = write_folder(
            samples, spec, directory, records=spool.count, max_pixels=limit, on_step=on_step
        )
    with workspace.transaction() as session:
        manifests.record(session, written, spec, chosen.summary.splits, chosen.summary.decision_ids())
    return Exported(written, spool.count, told(chosen.left_out), told(chosen.warnings))


def _choose(workspace: Workspace, options: ViewOptions, spool: RecordSpool[InsertionRecord]) -> ChosenViews:
    """Make all records; what approves them is forgotten before the first is written."""
    approved = view_selection.approved_views(workspace, options)
    views = view_selection.records_of(workspace, approved, options)
    consensus, records = with_backgrounds(workspace, views, approved, options)
    summary = ViewSummary(approved.tied)
    for part in batched(records, PORTION):
        summary.add(each.views for each in part)
        spool.add(part)
    parameters = view_selection.parameters(options, approved)
    parameters |= {"removal_votes_needed": consensus.needed, "removal_votes_asked": consensus.asked}
    return ChosenViews(parameters, approved.left_out, summary)


def with_backgrounds(
    workspace: Workspace, views: Iterable[SubjectRecord], approved: ApprovedViews, options: ViewOptions
) -> tuple[Consensus, Iterator[InsertionRecord]]:
    """The records whose target has a background; the others are noted in ``approved.left_out`` meanwhile."""
    with workspace.transaction() as session:
        consensus = rules.consensus(session, rules.REMOVAL)
    parts = (_with_backgrounds(workspace, part, approved, options) for part in batched(views, PORTION))
    return consensus, chain.from_iterable(parts)


def _with_backgrounds(
    workspace: Workspace, views: Sequence[SubjectRecord], approved: ApprovedViews, options: ViewOptions
) -> Iterator[InsertionRecord]:
    with workspace.transaction() as session:
        targets = [each.target.object_id for each in views]
        found = removal_votes.backgrounds(session, targets, with_automatic=options.include_automatic)
    for each in views:
        if each.target.object_id not in found:
            approved.left_out[NO_BACKGROUND].add(each.target.object_id)
            continue
        row, behind = found[each.target.object_id]
        decisions = tuple(sorted({*each.decision_ids, *map(str, behind)}))
        yield InsertionRecord(replace(each, decision_ids=decisions), background_of(row))
