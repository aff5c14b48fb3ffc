"""Whether the backgrounds of exported records still stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import removal_votes, removals
from curate.exporters.verify_records import ListedRecord
from curate.verdicts import ACCEPTED, Consensus


def background_faults(
    session: Session, records: Sequence[ListedRecord], consensus: Consensus, with_automatic: bool
) -> Iterator[str]:
    """Why the backgrounds of records no longer stand, without a full stop."""
    rows = removals.by_public_ids(session, {UUID(each.row["removal_id"]) for each in records})
    items = [row.removal.item_id for row in rows.values()]
    states = removal_votes.settled(session, items, with_automatic=with_automatic, consensus=consensus)
    for record in records:
        row = rows.get(UUID(record.row["removal_id"]))
        if row is None or states[row.removal.item_id].name != ACCEPTED:
            yield f"The background of record {record.sample_id} is no longer accepted by its reviewers"
