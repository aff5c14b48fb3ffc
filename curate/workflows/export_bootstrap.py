"""Export accepted removals as the task ``insertion-bootstrap``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from curate.database import manifests, rules
from curate.database.provenance import provenance
from curate.exporters.export_folder import write_folder
from curate.exporters.formats.registry import format_for
from curate.exporters.tasks.bootstrap_records import TASK, BootstrapRecord, bootstrap_samples
from curate.photos.reading import decode
from curate.verdicts import Consensus
from curate.workflows import view_selection
from curate.workflows.batches import batched
from curate.workflows.bootstrap_selection import PORTION, BootstrapOptions, bootstrap_records
from curate.workflows.export_advice import refuse_nothing
from curate.workflows.export_options import Exported, refuse_unlicensed, told
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.scratch import RecordSpool, scratch_file
from curate.workflows.splits import TIED
from curate.workflows.undisturbed import undisturbed
from curate.workspace import Workspace

_STEPS = {
    "mask covers less": "lower --min-mask",
    "mask covers more": "raise --max-mask",
    "lower border": "raise --max-border",
    "shadow or reflection": "lower --min-effect",
    "not measured": "run `curate removals measure`",
    "": "accept other removals",
}
"""What to do when nothing that is accepted gives a record, by words of the reason."""


@undisturbed
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
    format_for(options.format, TASK)  # before anything is chosen
    left_out: dict[str, set[UUID]] = defaultdict(set)
    tied: set[UUID] = set()
    with scratch_file(workspace) as file:
        spool = RecordSpool[BootstrapRecord](workspace, file)
        summary = _Summary()
        for part in batched(bootstrap_records(workspace, options, left_out, tied), PORTION):
            summary.add(part)
            spool.add(part)
        if not spool.count:
            refuse_nothing(left_out, _STEPS)
        refuse_unlicensed(summary.unlicensed, options)
        limit, media = workspace.settings.max_pixels, workspace.media
        samples = bootstrap_samples(
            spool,
            view_selection.read_photo,
            lambda sha256: media.get(sha256, IMAGE_SUFFIX),
            lambda data: decode(data, limit),
            limit,
        )
        with workspace.transaction() as session:
            consensus = rules.consensus(session, rules.REMOVAL)
            parameters = _parameters(options, consensus)
            spec = options.spec(TASK, parameters, provenance(session, summary.decisions))
        written = write_folder(
            samples, spec, directory, records=spool.count, max_pixels=limit, on_step=on_step
        )
    with workspace.transaction() as session:
        manifests.record(session, written, spec, summary.splits, summary.decisions)
    return Exported(written, spool.count, told(left_out), told({TIED: tied.difference(*left_out.values())}))


def _parameters(options: BootstrapOptions, consensus: Consensus) -> dict[str, object]:
    return {
        **options.parameters(),
        "rules": options.rules.parameters(),
        "votes_needed": consensus.needed,
        "votes_asked": consensus.asked,
    }


@dataclass
class _Summary:
    """What has to be known of all records before the first is written."""

    splits: dict[str, str] = field(default_factory=dict)
    """By the sha256 of every photo."""
    unlicensed: set[str] = field(default_factory=set)
    decisions: set[UUID] = field(default_factory=set)

    def add(self, records: Iterable[BootstrapRecord]) -> None:
        for each in records:
            self.splits[each.target.photo_sha256] = each.split
            self.decisions.update(map(UUID, each.decision_ids))
            if not each.target.licence:
                self.unlicensed.add(each.target.photo_sha256)
