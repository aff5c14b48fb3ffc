"""Export approved counterfactual pairs as the tasks ``removal`` and ``insertion-pairs``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import manifests
from curate.database.provenance import provenance
from curate.errors import ExportError
from curate.exporters.export_folder import write_folder
from curate.exporters.formats.registry import format_for
from curate.exporters.tasks import insertion_pairs, removal
from curate.exporters.tasks.pair_records import PairFiles, PairRecord, ReadPair
from curate.exporters.tasks.pair_words import NOTHING
from curate.exporters.tasks.task import Sample
from curate.verdicts import Consensus
from curate.workflows.export_advice import refuse_nothing
from curate.workflows.export_options import Exported, ExportOptions, told
from curate.workflows.pair_pixels import pair_files
from curate.workflows.pair_selection import PairSelection, select_pairs
from curate.workflows.pair_splits import moved_meanwhile
from curate.workflows.splits import TIED
from curate.workflows.undisturbed import undisturbed
from curate.workspace import Workspace

UNCREDITED = (
    "exported under a licence that wants the photographer named, and nobody said how "
    "(`curate pairs shoots set SHOOT --credit NAME`)"
)
MOVED = "exported as taken, though the camera moved too far for the photos to be aligned"


@dataclass(frozen=True, slots=True)
class PairOptions(ExportOptions):
    """What ``curate export removal`` and ``insertion-pairs`` were asked for."""


@undisturbed
def export_pairs(
    task: Literal["removal", "insertion-pairs"],
    workspace: Workspace,
    options: PairOptions,
    directory: Path,
    on_step: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write all approved pairs as records of ``task``: ``<directory>/<name>-<version>``.

    Files first, then the row in Postgres: run again after an interruption it finds the finished folder
    equal and only registers it.

    Args:
        workspace: Holds the pairs.
        task: What the records are to be for.
        options: Written into the manifest.
        directory: Gets the manifest's folder.
        on_step: Told about every pair whose pictures are on disk.

    Raises:
        ExportError: nothing is approved, rights are unknown, or the folder cannot be written, or
            what was written may not stand so any more.
    """
    format_for(options.format, task)  # before anything is chosen
    selected = select_pairs(workspace, options)
    _check_any(selected)
    _check_rights(selected, options)
    limit = workspace.settings.max_pixels

    def read(record: PairRecord) -> PairFiles:
        return pair_files(workspace, selected.pairs[record.pair_id])

    parameters = _parameters(options, selected.consensus)
    decisions = {UUID(each) for record in selected.records for each in record.decision_ids}
    with workspace.transaction() as session:
        spec = options.spec(task, parameters, provenance(session, decisions))
    written = write_folder(
        _samples(task, selected.records, read, limit),
        spec,
        directory,
        records=len(selected.records),
        max_pixels=limit,
        on_step=on_step,
    )
    with workspace.transaction() as session:
        manifests.hold_places(session)
        manifests.record(session, written, spec, _photo_splits(selected.records), decisions)
        _check_places(session, selected.records, options, written.directory)
    odd = {MOVED: selected.moved, TIED: selected.tied, UNCREDITED: _uncredited(selected.records)}
    return Exported(written, len(selected.records), told(selected.left_out), told(odd))


def _samples(task: str, records: Sequence[PairRecord], read: ReadPair, max_pixels: int) -> list[Sample]:
    if task == removal.TASK:
        return removal.removal_samples(records, read)
    return insertion_pairs.insertion_pair_samples(records, read, max_pixels)


def _check_any(selected: PairSelection) -> None:
    if not selected.records:
        refuse_nothing(selected.left_out, {"": "settle these first"}, "pair")
        raise ExportError(NOTHING)


def _check_rights(selected: PairSelection, options: PairOptions) -> None:
    unlicensed = (selected.pairs[each.pair_id] for each in selected.records if not each.licence)
    unknown = sorted({(each.shoot_name, str(each.shoot)) for each in unlicensed})
    if unknown and not options.allow_unknown_rights:
        name, shoot = unknown[0]
        raise ExportError(
            f"No licence is on record for the pairs of the shoot {name!r}"
            f"{f' and {len(unknown) - 1} more' if len(unknown) > 1 else ''}: state it with "
            f"`curate pairs shoots set {shoot[:8]} --licence LICENCE`, or export with --allow-unknown-rights."
        )


def _check_places(
    session: Session, records: Sequence[PairRecord], options: PairOptions, directory: Path
) -> None:
    """What ties pairs together may have changed while their pictures were written."""
    if moved := moved_meanwhile(session, {each.pair_id: each.split for each in records}, options):
        raise ExportError(
            f"Names, held-out shoots or other exports changed where {str(min(moved))[:8]}"
            f"{f' and {len(moved) - 1} more' if len(moved) > 1 else ''} may stand while this was written: "
            f"remove {directory} and export again."
        )


def _uncredited(records: Sequence[PairRecord]) -> set[UUID]:
    """Pairs under a licence that wants their photographer named, of whom nobody said a name."""
    return {each.pair_id for each in records if not each.credit and (each.licence or "").startswith("CC-BY")}


def _parameters(options: PairOptions, consensus: Consensus) -> dict[str, object]:
    return {
        **options.parameters(),
        "votes_needed": consensus.needed,
        "votes_asked": consensus.asked,
    }


def _photo_splits(records: Sequence[PairRecord]) -> dict[str, str]:
    return {
        sha256: each.split for each in records for sha256 in (each.factual_sha256, each.counterfactual_sha256)
    }
