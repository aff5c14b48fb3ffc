"""Export accepted views with accepted removals as the task ``insertion``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from curate.database import manifests, removal_votes, rules
from curate.database.removals import RemovalRow
from curate.errors import ExportError
from curate.exporters.image_folder import write_folder
from curate.exporters.insertion_records import TASK, Background, InsertionRecord, insertion_samples
from curate.photos.reading import decode
from curate.records import Box, ManifestSpec, SubjectRecord
from curate.verdicts import Consensus
from curate.workflows import view_selection
from curate.workflows.export_options import Exported
from curate.workflows.pair_records import IMAGE_SUFFIX
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
    consensus, records = _with_backgrounds(workspace, views, approved, options)
    if not records and any(approved.left_out.values()):
        reasons = "; ".join(f"{len(gone)} {why}" for why, gone in approved.left_out.items() if gone)
        raise ExportError(
            f"What is accepted gives no record ({reasons}): accept removals of these views with "
            "`curate decide accept`, or give another number of --references."
        )
    shown = [each.views for each in records]
    view_selection.check_rights(shown, options)
    parameters = view_selection.parameters(options, approved)
    parameters |= {"removal_votes_needed": consensus.needed, "removal_votes_asked": consensus.asked}
    spec = ManifestSpec(options.name, options.version, TASK, parameters)
    limit, media = workspace.settings.max_pixels, workspace.media
    samples = insertion_samples(
        records,
        view_selection.read_photo,
        lambda sha256: media.get(sha256, IMAGE_SUFFIX),
        lambda data: decode(data, limit),
    )
    written = write_folder(samples, spec, directory, max_pixels=limit, on_step=on_step)
    with workspace.transaction() as session:
        splits, decisions = view_selection.photo_splits(shown), view_selection.decision_ids(shown)
        manifests.record(session, written, spec, splits, decisions)
    left_out = {why: tuple(sorted(map(str, gone))) for why, gone in approved.left_out.items() if gone}
    return Exported(written, len(records), left_out)


def _with_backgrounds(
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
        records.append(InsertionRecord(replace(each, decision_ids=decisions), _background(row)))
    return consensus, records


def _background(row: RemovalRow) -> Background:
    made = row.removal
    return Background(
        row.public_id,
        row.remover,
        row.remover_fingerprint,
        row.segmenter,
        made.dilation,
        Box(made.x, made.y, made.width, made.height),
        made.output_sha256,
        made.object_mask_sha256,
    )
