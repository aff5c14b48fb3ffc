"""Whether exported votes are still what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from curate.database import vote_history
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.verify_records import ListedRecord
from curate.workflows.pseudonyms import Pseudonyms


def vote_faults(
    session: Session, records: Iterable[ListedRecord], manifest: ManifestFile, registered: str
) -> Iterator[str]:
    """Why votes no longer stand as their records say, without a full stop.

    A vote never changes, but its reviewer may have taken it back, or said something else of its item.
    ``registered`` is the hash by which the workspace knows the manifest, or what it was converted from.
    """
    names = Pseudonyms.of(session, manifest.name, str(manifest.parameters["reviewers"]))
    votes = vote_history.votes_cast(session, manifest=registered)
    now = {names.decision_id(vote.made): vote for vote in votes}
    for record in records:
        (decision_id,) = record.decision_ids
        vote = now.get(decision_id)
        if vote is None:
            yield f"The vote of record {record.sample_id} is not on record in this workspace"
        elif vote.undone and not record.row["undone"]:
            yield f"The vote of record {record.sample_id} was taken back by {vote.made.reviewer}"
        elif record.row["standing"] and not vote.standing:
            yield f"{vote.made.reviewer} said something else since than record {record.sample_id} says"
