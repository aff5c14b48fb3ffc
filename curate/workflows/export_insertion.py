"""Export accepted views with accepted removals as the task ``insertion``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from curate.database import manifests, removal_votes, rules
from curate.database.provenance import provenance
from curate.errors import ExportError
from curate.exporters.export_folder import write_folder
from curate.exporters.tasks.insertion_records import TASK, InsertionRecord, insertion_samples
from curate.exporters.tasks.subject_records import views_of
from curate.photos.reading import decode
from curate.records import SubjectRecord
from curate.verdicts import Consensus
from curate.workflows import view_selection
from curate.workflows.export_options import Exported, check_rights, reasons, told
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.removal_standing import background_of
from curate.workflows.view_selection import ApprovedViews, ViewOptions
from curate.workspace import Workspace

NO_BACKGROUND = "no removal of them is accepted"


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
    approved = view_selection.approved_views(workspace, options)
    views = view_selection.records_of(workspace, approved, options)
    consensus, records = with_backgrounds(workspace, views, approved, options)
    if not records and (why := reasons(approved.left_out)):
        raise ExportError(
            f"What is accepted gives no record ({why}): accept removals of these views in "
            "`curate review` or with `curate decide accept`, or give another number of --references."
        )
    shown = [each.views for each in records]
    check_rights((view for each in shown for view in views_of(each)), options)
    parameters = view_selection.parameters(options, approved)
    parameters |= {"removal_votes_needed": consensus.needed, "removal_votes_asked": consensus.asked}
    decisions = view_selection.decision_ids(shown)
    with workspace.transaction() as session:
        spec = options.spec(TASK, parameters, provenance(session, decisions))
    limit, media = workspace.settings.max_pixels, workspace.media
    samples = insertion_samples(
        records,
        view_selection.read_photo,
        lambda sha256: media.get(sha256, IMAGE_SUFFIX),
        lambda data: decode(data, limit),
    )
    written = write_folder(samples, spec, directory, records=len(records), max_pixels=limit, on_step=on_step)
    with workspace.transaction() as session:
        manifests.record(session, written, spec, view_selection.photo_splits(shown), decisions)
    return Exported(written, len(records), told(approved.left_out), told(approved.warnings(shown)))


def with_backgrounds(
    workspace: Workspace, views: Sequence[SubjectRecord], approved: ApprovedViews, options: ViewOptions
) -> tuple[Consensus, list[InsertionRecord]]:
    """The records whose target has a background; the others are noted in ``approved.left_out``."""
    with workspace.transaction() as session:
        consensus = rules.consensus(session, rules.REMOVAL)
        targets = [each.target.object_id for each in views]
        found = removal_votes.backgrounds(session, targets, with_automatic=options.include_automatic)
    records = []
    for each in views:
        if each.target.object_id not in found:
            approved.left_out[NO_BACKGROUND].add(each.target.object_id)
            continue
        row, behind = found[each.target.object_id]
        decisions = tuple(sorted({*each.decision_ids, *map(str, behind)}))
        records.append(InsertionRecord(replace(each, decision_ids=decisions), background_of(row)))
    return consensus, records
