"""Export accepted removals as the task ``insertion-bootstrap``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from curate.database import manifests
from curate.database.provenance import provenance
from curate.errors import ExportError
from curate.exporters.export_folder import write_folder
from curate.exporters.tasks.bootstrap_records import TASK, BootstrapRecord, bootstrap_samples
from curate.photos.reading import decode
from curate.workflows import view_selection
from curate.workflows.bootstrap_selection import BootstrapOptions, BootstrapSelection, select_bootstrap
from curate.workflows.export_options import Exported, check_rights, reasons, told
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workspace import Workspace


def export_bootstrap(
    workspace: Workspace,
    options: BootstrapOptions,
    directory: Path,
    on_step: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write all accepted removals that keep the rules: ``<directory>/<name>-<version>``.

    Files first, then the row in Postgres: run again after an interruption it finds the finished folder
    equal and only registers it.

    Raises:
        ExportError: nothing is approved, rights are unknown, or the folder cannot be written.
        MediaError: an output or a mask is missing or damaged.
    """
    selected = select_bootstrap(workspace, options)
    records = selected.records
    if not records and (why := reasons(selected.left_out)):
        raise ExportError(
            f"What is accepted gives no record ({why}): accept other removals, or give other limits."
        )
    check_rights((each.target for each in records), options)
    limit, media = workspace.settings.max_pixels, workspace.media
    samples = bootstrap_samples(
        records,
        view_selection.read_photo,
        lambda sha256: media.get(sha256, IMAGE_SUFFIX),
        lambda data: decode(data, limit),
        limit,
    )
    decisions = _decision_ids(records)
    with workspace.transaction() as session:
        spec = options.spec(TASK, _parameters(options, selected), provenance(session, decisions))
    written = write_folder(samples, spec, directory, records=len(records), max_pixels=limit, on_step=on_step)
    with workspace.transaction() as session:
        splits = {each.target.photo_sha256: each.split for each in records}
        manifests.record(session, written, spec, splits, decisions)
    return Exported(written, len(records), told(selected.left_out))


def _parameters(options: BootstrapOptions, selected: BootstrapSelection) -> dict[str, object]:
    return {
        **options.parameters(),
        "rules": options.rules.parameters(),
        "votes_needed": selected.consensus.needed,
        "votes_asked": selected.consensus.asked,
    }


def _decision_ids(records: Sequence[BootstrapRecord]) -> set[UUID]:
    return {UUID(decision) for record in records for decision in record.decision_ids}
