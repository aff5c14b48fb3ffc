"""Votes as an export of decisions writes them."""

from __future__ import annotations

from curate.database import rules
from curate.database.vote_history import CastVote
from curate.exporters.tasks.decision_records import Seen, VoteRecord
from curate.pair_verdicts import REJECT, reason_of
from curate.workflows.pseudonyms import Pseudonyms


def vote_record(vote: CastVote, about: Seen, names: Pseudonyms) -> VoteRecord:
    """Its split is given once all photos have a place."""
    made = vote.made
    reason, words = _told(vote)
    return VoteRecord(
        decision_id=names.decision_id(made),
        item_id=str(vote.item),
        kind=vote.kind,
        verdict=made.verdict,
        reason=reason,
        words=words,
        marks=tuple(made.marks.get(each) for each in about.object_ids),
        reviewer=names.reviewer(made),
        reviewer_kind=made.reviewer_kind,
        adjudicates=made.adjudicates,
        standing=vote.standing,
        undone=vote.undone,
        seconds=made.seconds,
        decided_at=made.decided_at,
        seen=about,
        split="",
    )


def _told(vote: CastVote) -> tuple[str | None, str | None]:
    """One of the fixed reasons, which rejections of pairs and removals begin with, and the words besides."""
    text = vote.made.reason or ""
    if vote.kind == rules.GROUP or vote.made.verdict != REJECT:
        return None, text or None
    return reason_of(text), text.partition(":")[2].strip() or None
