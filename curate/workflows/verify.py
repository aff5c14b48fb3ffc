"""Check a manifest that was exported: its files, its origin, and the decisions behind it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import decisions, manifests
from curate.errors import VerificationError
from curate.exporters.verify import VerifiedManifest, listed_records, verify
from curate.exporters.verify_records import ListedRecord
from curate.verdicts import Consensus
from curate.workflows.approval import approval
from curate.workspace import Workspace


def verify_manifest(directory: Path, workspace: Workspace | None) -> VerifiedManifest:
    """Check the files of a manifest and, with a workspace, that it was exported here and still stands.

    Files and hashes agree in a forgery that was sealed again too; only the workspace knows which content
    it exported.

    Raises:
        VerificationError: what is wrong, in one sentence.
    """
    verified = verify(directory)
    if workspace is not None:
        with workspace.transaction() as session:
            _check_origin(session, verified)
            _check_decisions(session, verified)
    return verified


def _check_origin(session: Session, verified: VerifiedManifest) -> None:
    if not manifests.is_registered(session, verified.content_hash):
        raise VerificationError(
            f"{verified.directory} was not exported from this workspace, or was changed and sealed again: "
            "run `curate export` again, or --files-only checks the files alone."
        )


def _check_decisions(session: Session, verified: VerifiedManifest) -> None:
    """Every decision stands, and together with what was said since they still accept every record."""
    records = list(listed_records(verified.directory))
    cited = {UUID(each) for record in records for each in record.decision_ids}
    for public_id, (made, undone) in sorted(decisions.by_public_ids(session, cited).items()):
        if undone:
            raise VerificationError(
                f"Decision {public_id} of {made.reviewer} was undone: export again with a new --version."
            )
    with_automatic = bool(verified.parameters["include_automatic"])
    # The manifest's own rule: one that was changed since does not unsay what its reviewers said.
    needed, asked = (int(str(verified.parameters.get(name, 1))) for name in ("votes_needed", "votes_asked"))
    approved = approval(session, Consensus(needed, asked), with_automatic=with_automatic)
    inside = {object_id: number for number, members in enumerate(approved.sets) for object_id in members}
    for record in records:
        if not _is_accepted(record, inside):
            raise VerificationError(
                f"Record {record.sample_id} is no longer accepted by its reviewers: "
                "export again with a new --version."
            )


def _is_accepted(record: ListedRecord, inside: dict[UUID, int]) -> bool:
    """All views are in one accepted set. ``inside`` numbers the set of each accepted object."""
    numbers = {inside.get(UUID(each)) for each in record.object_ids}
    return len(numbers) == 1 and None not in numbers
