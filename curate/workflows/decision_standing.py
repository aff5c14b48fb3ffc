"""Whether exported votes are still what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy.orm import Session

from curate.database import vote_history
from curate.exporters.manifest_file import ManifestFile
from curate.exporters.verify_records import ListedRecord
from curate.workflows.batches import batched
from curate.workflows.pseudonyms import Pseudonyms

_TOGETHER = 2000
"""Votes that are asked for in one statement."""


def vote_faults(
    session: Session, records: Iterable[ListedRecord], manifest: ManifestFile, registered: str
) -> Iterator[str]:
    """Why votes no longer stand as their records say, without a full stop.

    A vote never changes, but its reviewer may have taken it back, or said something else of its item.
    ``registered`` is the hash by which the workspace knows the manifest, or what it was converted from.
    """
    names = Pseudonyms.of(session, manifest.name, str(manifest.parameters["reviewers"]))
    now: dict[str, _Now] = {}
    for part in batched(vote_history.votes_behind(session, registered).tolist(), _TOGETHER):
        for vote in vote_history.votes_cast(session, part):
            now[names.decision_id(vote.made)] = _Now(vote.made.reviewer, vote.undone, vote.standing)
        session.expunge_all()
    for record in records:
        (decision_id,) = record.decision_ids
        found = now.get(decision_id)
        if found is None:
            yield f"The vote of record {record.sample_id} is not on record in this workspace"
        elif found.undone and not record.row["undone"]:
            yield f"The vote of record {record.sample_id} was taken back by {found.reviewer}"
        elif record.row["standing"] and not found.standing:
            yield f"{found.reviewer} said something else since than record {record.sample_id} says"


class _Now(NamedTuple):
    """What became of a vote."""

    reviewer: str
    undone: bool
    standing: bool
