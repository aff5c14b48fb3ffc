"""Accepted removals as backgrounds of exported records, and whether they still stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import removal_votes, removals
from curate.database.removals import RemovalRow
from curate.exporters.tasks.backgrounds import Background
from curate.exporters.verify_records import ListedRecord
from curate.records import Box
from curate.verdicts import ACCEPTED, Consensus

_TOGETHER = 1000
"""Records whose removals are asked for in one statement."""


def background_of(row: RemovalRow) -> Background:
    """What an exporter says of a removal."""
    made = row.removal
    return Background(
        row.public_id,
        row.remover,
        row.remover_fingerprint,
        row.segmenter,
        made.dilation,
        Box(made.x, made.y, made.width, made.height),
        made.output_sha256,
        made.object_mask_sha256,
    )


def background_faults(
    session: Session, records: Iterable[ListedRecord], consensus: Consensus, with_automatic: bool
) -> Iterator[str]:
    """Why the backgrounds of records no longer stand, without a full stop."""
    every = iter(records)
    while portion := list(islice(every, _TOGETHER)):
        yield from _background_faults(session, portion, consensus, with_automatic)


def _background_faults(
    session: Session, records: Sequence[ListedRecord], consensus: Consensus, with_automatic: bool
) -> Iterator[str]:
    rows = removals.every(session, {UUID(each.row["object_id"]) for each in records})
    items = [row.removal.item_id for row in rows]
    states = removal_votes.settled(session, items, with_automatic=with_automatic, consensus=consensus)
    named = {row.public_id: states[row.removal.item_id].name for row in rows}
    held = removal_votes.held_by_flags(rows, states)
    for record in records:
        if UUID(record.row["object_id"]) in held:
            yield f"A removal of the object of record {record.sample_id} is flagged"
        elif named.get(UUID(record.row["removal_id"])) != ACCEPTED:
            yield f"The background of record {record.sample_id} is no longer accepted by its reviewers"
