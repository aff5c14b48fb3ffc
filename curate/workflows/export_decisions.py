"""Export every vote as the task ``decisions``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast
from uuid import UUID

from curate.database import manifests, subjects
from curate.database.provenance import provenance
from curate.exporters.export_folder import write_folder
from curate.exporters.formats.registry import format_for
from curate.exporters.pixels import decoded
from curate.exporters.tasks.decision_records import TASK, RemovalPictures, VoteRecord, decision_samples
from curate.exporters.tasks.subject_samples import original_bytes
from curate.photos.reading import decode
from curate.workflows import view_selection
from curate.workflows.decision_selection import AUTOMATIC, UNDONE, DecisionOptions, select_decisions
from curate.workflows.export_advice import refuse_nothing
from curate.workflows.export_options import Exported, refuse_unlicensed, told
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.scratch import RecordSpool, scratch_file
from curate.workflows.splits import TIED
from curate.workflows.undisturbed import undisturbed
from curate.workspace import Workspace

_STEPS = {
    AUTOMATIC: "vote on these items, or take the votes of policies with --include-automatic",
    UNDONE: "take the votes that were taken back with --with-undone",
    "": "vote on other items",
}
"""What to do when no vote can be exported, by the reason."""


@undisturbed
def export_decisions(
    workspace: Workspace,
    options: DecisionOptions,
    directory: Path,
    on_step: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write all votes: ``<directory>/<name>-<version>``. Files first, then the row in Postgres.

    Raises:
        ExportError: nobody voted, rights to pictures are unknown, or the folder cannot be written.
        MediaError: an output or a mask is missing or damaged.
    """
    format_for(options.format, TASK)  # before anything is chosen
    with scratch_file(workspace) as file:
        selected = select_decisions(workspace, options, RecordSpool[VoteRecord](workspace, file))
        if not selected.count:
            refuse_nothing(selected.left_out, _STEPS, "vote")
        if options.pictures:
            refuse_unlicensed(selected.unlicensed, options)
        decisions = selected.decisions
        with workspace.transaction() as session:
            spec = options.spec(TASK, _parameters(options), provenance(session, decisions))
        written = write_folder(
            decision_samples(selected.records, _Pictures(workspace) if options.pictures else None),
            spec,
            directory,
            records=selected.count,
            picture="crop",
            max_pixels=workspace.settings.max_pixels,
            on_step=on_step,
        )
    with workspace.transaction() as session:
        manifests.record(session, written, spec, selected.splits, decisions)
    return Exported(written, selected.count, told(selected.left_out), told({TIED: selected.tied}))


def _parameters(options: DecisionOptions) -> dict[str, object]:
    return {
        **options.parameters(),
        "kinds": sorted(set(options.kinds)),
        "with_undone": options.with_undone,
        "reviewers": options.reviewers,
        "pictures": options.pictures,
    }


class _Pictures:
    """Cuts what a removal shows to its working region; called from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._media, self._limit = workspace.media, workspace.settings.max_pixels

    def __call__(self, record: VoteRecord) -> RemovalPictures:
        seen = record.seen
        shown = UUID(seen.object_ids[0])
        with self._workspace.transaction() as session:
            view = subjects.views(session, [shown])[shown]
        data = original_bytes(view, view_selection.read_photo, "leave the pictures out with --no-pictures")
        hashes = (seen.output_sha256, seen.mask_sha256, seen.widened_mask_sha256)
        output, mask, widened = (
            decoded(self._media.get(str(sha256), IMAGE_SUFFIX), self._limit) for sha256 in hashes
        )
        x, y, width, height = cast("tuple[int, int, int, int]", seen.region)  # every removal has one
        part = slice(y, y + height), slice(x, x + width)
        photo = decode(data, self._limit)
        return RemovalPictures(photo[part], output[part], mask[part], widened[part])
