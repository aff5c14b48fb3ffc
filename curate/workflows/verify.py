"""Check a manifest that was exported: its files, its origin, and the decisions behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import decision_history, takedowns
from curate.errors import VerificationError
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.open_manifest import OpenManifest, open_manifest
from curate.exporters.tasks import (
    benchmark,
    bootstrap_records,
    decision_records,
    insertion_pairs,
    insertion_records,
    removal,
    subject_records,
)
from curate.exporters.tasks.registry import TASKS
from curate.exporters.verify import VerifiedManifest, first_of, verify
from curate.exporters.verify_records import ListedRecord
from curate.photos.opening import DEFAULT_MAX_PIXELS
from curate.verdicts import Consensus
from curate.workflows.approval import approval
from curate.workflows.batches import batched
from curate.workflows.decision_standing import vote_faults
from curate.workflows.manifest_origin import registered_hash
from curate.workflows.pair_standing import pair_faults
from curate.workflows.removal_standing import background_faults
from curate.workspace import Workspace

_TOGETHER = 1000
"""Records that are looked up at a time."""


def verify_manifest(directory: Path, workspace: Workspace | None) -> VerifiedManifest:
    """Check the files of a manifest and, with a workspace, that it was exported here and still stands.

    Files and hashes agree in a forgery that was sealed again too; only the workspace knows which content
    it exported. What was converted from an export is held against that one.

    Raises:
        VerificationError: what is wrong, in one sentence that names every fault of a kind up to 20: of the
            files, of their origin, or of the decisions.
    """
    if workspace is None:
        return verify(directory, DEFAULT_MAX_PIXELS)
    verified = verify(directory, workspace.settings.max_pixels)
    with workspace.transaction() as session:
        registered = _check_origin(session, verified)
        _check_takedowns(session, verified, registered)
        _check_decisions(session, verified, registered)
    return verified


def _check_origin(session: Session, verified: VerifiedManifest) -> str:
    """The hash by which what the folder holds is known here."""
    found = registered_hash(session, open_manifest(verified.directory))
    if found is None:
        raise VerificationError(
            f"{verified.directory} was not exported from this workspace, or was changed and sealed again: "
            "run `curate export` again, or --files-only checks the files alone."
        )
    return found


def _check_takedowns(session: Session, verified: VerifiedManifest, registered: str) -> None:
    if gone := takedowns.in_manifest(session, registered):
        told = [f"Photo {each.sha256[:12]} {each.words}" for each in gone]
        raise VerificationError(
            f"{first_of(told)}, and this manifest holds it: export again with a new --version, "
            f"and delete {verified.directory}."
        )


def _check_decisions(session: Session, verified: VerifiedManifest, registered: str) -> None:
    """What decisions said when they were exported they say still."""
    found = list(standing_faults(session, open_manifest(verified.directory), registered))
    if found:
        raise VerificationError(f"{first_of(found)}: export again with a new --version.")


def standing_faults(session: Session, found: OpenManifest, registered: str) -> Iterator[str]:
    """Why records no longer stand as they were exported; without full stops.

    Args:
        session: Knows what was said since.
        found: The records, which are gone through several times and not kept.
        registered: The hash by which the workspace knows them; see ``manifest_origin``.
    """
    if found.manifest.task == decision_records.TASK:
        yield from vote_faults(session, found, found.manifest, registered)
    else:
        # First, and alone for the records it befell: what no reviewer took back is not told as if one had.
        gone = {each.sha256 for each in takedowns.in_manifest(session, registered)}
        photos_of = TASKS[found.manifest.task].holdings
        held = {each.sample_id for each in found if gone & photos_of(each.row).photos} if gone else set()
        yield from (f"Record {sample_id} holds a photo that was taken down" for sample_id in sorted(held))
        yield from _acceptance_faults(session, found, found.manifest, held)


def _acceptance_faults(
    session: Session, records: Iterable[ListedRecord], manifest: ManifestFile, but: Collection[str]
) -> Iterator[str]:
    """Every decision stands, and with what was said since they accept all records ``but`` some (by id)."""
    cited = {each for record in records for each in record.decision_ids}
    taken_back: dict[UUID, str] = {}
    for part in batched(cited, _TOGETHER):
        taken_back |= decision_history.undone(session, map(UUID, part))
    undone = {str(public_id): taken_back[public_id] for public_id in sorted(taken_back)}
    yield from (f"Decision {public_id} of {reviewer} was undone" for public_id, reviewer in undone.items())
    # The manifest's own rule: one that was changed since does not unsay what its reviewers said.
    needed, asked = (int(str(manifest.parameters.get(name, 1))) for name in ("votes_needed", "votes_asked"))
    with_automatic = bool(manifest.parameters["include_automatic"])

    def others() -> Iterator[ListedRecord]:
        others = (each for each in records if each.sample_id not in but)
        return (each for each in others if undone.keys().isdisjoint(each.decision_ids))

    yield from _FAULTS[manifest.task](session, others(), Consensus(needed, asked), with_automatic)
    if manifest.task == insertion_records.TASK:
        needed, asked = (
            int(str(manifest.parameters[f"removal_votes_{each}"])) for each in ("needed", "asked")
        )
        yield from background_faults(session, others(), Consensus(needed, asked), with_automatic)


def _subject_faults(
    session: Session, records: Iterable[ListedRecord], consensus: Consensus, with_automatic: bool
) -> Iterator[str]:
    """All views of a record must be in one accepted set."""
    approved = approval(session, consensus, with_automatic=with_automatic)
    for part in batched(records, _TOGETHER):
        ids = [(each.row["object_id"], *each.row["reference_object_ids"]) for each in part]
        home = approved.home_of(UUID(each) for views in ids for each in views)
        start = 0
        for record, views in zip(part, ids, strict=True):
            numbers = set(home[start : start + len(views)])
            start += len(views)
            if len(numbers) > 1 or -1 in numbers:
                yield f"Record {record.sample_id} is no longer accepted by its reviewers"


_Faults = Callable[[Session, Iterable[ListedRecord], Consensus, bool], Iterator[str]]
"""Why records no longer stand, without a full stop."""
_FAULTS: Mapping[str, _Faults] = {
    subject_records.TASK: _subject_faults,
    benchmark.TASK: _subject_faults,
    insertion_records.TASK: _subject_faults,
    bootstrap_records.TASK: background_faults,
    removal.TASK: pair_faults,
    insertion_pairs.TASK: pair_faults,
}
