"""Whether exported counterfactual pairs still stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import pair_checks, pairs
from curate.exporters.verify_records import ListedRecord
from curate.verdicts import Consensus
from curate.workflows.pair_approval import approved_pairs
from curate.workflows.pair_splits import HELD_OUT_SPLIT


def pair_faults(
    session: Session, records: Iterable[ListedRecord], consensus: Consensus, with_automatic: bool
) -> Iterator[str]:
    """Why records of pairs no longer stand, each without a full stop.

    Args:
        session: Knows what was decided, handed in and corrected since.
        records: Of a manifest.
        consensus: The rule the manifest was exported by.
        with_automatic: Whether it counts automatic decisions.
    """
    approved = {
        each.pair: each
        for each in approved_pairs(
            session, include_automatic=with_automatic, consensus=consensus, with_any_masks=True
        )
    }
    stored = {row.public_id: row for row in pairs.every(session)}
    for record in records:
        pair = UUID(record.row["pair_id"])
        row = stored.get(pair)
        if row is not None and row.superseded_by:
            yield f"Pair {pair} of record {record.sample_id} was superseded by pair {row.superseded_by}"
        elif row is None or pair not in approved:
            yield f"Record {record.sample_id} of pair {pair} is no longer accepted by its reviewers"
        elif not _mask_stands(session, record.row["mask_sha256"], approved[pair].mask_sha256, row.pair.id):
            yield f"The object mask of pair {pair} was corrected since record {record.sample_id} was exported"
        elif approved[pair].held_out and record.split != HELD_OUT_SPLIT:
            yield f"The shoot of pair {pair} is held out now, and its record is in {record.split}"


def _mask_stands(session: Session, exported: str, current: str, pair_key: int) -> bool:
    """Whether nobody corrected the mask since; that later checks find another one does not count."""
    if exported == current:
        return True
    corrected = pair_checks.masks(session, pair_key)
    newest = corrected[0].sha256 if corrected else None
    checks = pair_checks.of_pair(session, pair_key)
    return any(each.mask_sha256 == exported and each.given_mask_sha256 == newest for each in checks)
