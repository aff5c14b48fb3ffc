"""What stands on removals: everybody's latest decision that was not undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from curate.database import pair_votes
from curate.database.tables import Decision
from curate.pair_verdicts import Word


def standing(session: Session, item_ids: Collection[int]) -> dict[int, list[Decision]]:
    """Decisions by the key of their item; an item that nobody decided on has an empty list."""
    found: dict[int, list[Decision]] = defaultdict(list)
    for made, _ in pair_votes.standing(session, item_ids):
        found[made.item_id].append(made)
    return found


def words(made: Iterable[Decision]) -> list[Word]:
    """What standing decisions on one removal say; it never changes, so that all are about what it is now."""
    return [
        Word(
            each.reviewer,
            each.verdict,
            each.id,
            each.public_id,
            automatic=each.reviewer_kind == "automatic",
            adjudicates=each.adjudicates,
        )
        for each in made
    ]
