"""Export every vote as the task ``decisions``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

from curate.database import manifests, rules, subjects
from curate.database.provenance import provenance
from curate.errors import ExportError
from curate.exporters.export_folder import write_folder
from curate.exporters.pixels import decoded
from curate.exporters.tasks.decision_records import TASK, RemovalPictures, VoteRecord, decision_samples
from curate.exporters.tasks.subject_samples import original_bytes
from curate.photos.reading import decode
from curate.records import SubjectView
from curate.workflows import view_selection
from curate.workflows.decision_selection import DecisionOptions, select_decisions
from curate.workflows.export_options import Exported, check_rights, reasons, told
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workspace import Workspace


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
    selected = select_decisions(workspace, options)
    records = selected.records
    if not records and (why := reasons(selected.left_out)):
        raise ExportError(f"No vote can be exported ({why}): decide more, or ask for these.")
    pictures = _Pictures(workspace, records) if options.pictures else None
    if pictures is not None:
        check_rights(pictures.views.values(), options)
    with workspace.transaction() as session:
        spec = options.spec(TASK, _parameters(options), provenance(session, selected.decisions))
    written = write_folder(
        decision_samples(records, pictures),
        spec,
        directory,
        records=len(records),
        picture="crop",
        max_pixels=workspace.settings.max_pixels,
        on_step=on_step,
    )
    with workspace.transaction() as session:
        splits = {sha256: each.split for each in records for sha256 in each.seen.photo_sha256s}
        manifests.record(session, written, spec, splits, selected.decisions)
    return Exported(written, len(records), told(selected.left_out))


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

    def __init__(self, workspace: Workspace, records: Sequence[VoteRecord]) -> None:
        self._media, self._limit = workspace.media, workspace.settings.max_pixels
        shown = {UUID(each.seen.object_ids[0]) for each in records if each.kind == rules.REMOVAL}
        with workspace.transaction() as session:
            stored = subjects.views(session, shown)
        self.views: Mapping[str, SubjectView] = {str(key): each.view for key, each in stored.items()}

    def __call__(self, record: VoteRecord) -> RemovalPictures:
        seen = record.seen
        view = self.views[seen.object_ids[0]]
        data = original_bytes(view, view_selection.read_photo, "leave the pictures out with --no-pictures")
        hashes = (seen.output_sha256, seen.mask_sha256, seen.widened_mask_sha256)
        output, mask, widened = (
            decoded(self._media.get(str(sha256), IMAGE_SUFFIX), self._limit) for sha256 in hashes
        )
        x, y, width, height = cast("tuple[int, int, int, int]", seen.region)  # every removal has one
        part = slice(y, y + height), slice(x, x + width)
        photo = decode(data, self._limit)
        return RemovalPictures(photo[part], output[part], mask[part], widened[part])
