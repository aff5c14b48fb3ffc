"""Decisions on removals: what is settled, and which removal of an object counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import pair_votes, removal_words, removals, rules
from curate.database.removals import RemovalRow
from curate.pair_verdicts import PairState, settle_pair
from curate.verdicts import FLAGGED, Consensus


def settled(
    session: Session, item_ids: Collection[int], *, with_automatic: bool, consensus: Consensus | None = None
) -> dict[int, PairState]:
    """The state of each of these removals by the key of its item.

    Words settle as those on pairs do; a removal never changes, so that every word is about what it is now.

    Args:
        consensus: How many must agree; None asks the rule for removals.
    """
    needed = consensus or rules.consensus(session, rules.REMOVAL)
    made = removal_words.standing(session, item_ids)
    return {
        item: settle_pair(removal_words.words(made[item]), needed, with_automatic=with_automatic)
        for item in item_ids
    }


def held_by_flags(rows: Collection[RemovalRow], states: Mapping[int, PairState]) -> set[UUID]:
    """Objects with a removal that is flagged, by public id: none of their removals counts meanwhile."""
    return {row.object_.public_id for row in rows if states[row.removal.item_id].name == FLAGGED}


def backgrounds(
    session: Session, object_ids: Collection[UUID], *, with_automatic: bool
) -> dict[UUID, tuple[RemovalRow, frozenset[UUID]]]:
    """The accepted removal of each object that has one, and the decisions that accept it.

    Of several accepted ones that counts which people accepted last: the best of them is in their hands. An
    object with a removal that is flagged has none until an adjudicator has ruled.
    """
    rows = removals.every(session, object_ids)
    items = [row.removal.item_id for row in rows]
    states = settled(session, items, with_automatic=with_automatic)
    order = {made.public_id: made.id for made, _ in pair_votes.standing(session, items)}
    held = held_by_flags(rows, states)
    accepted = [
        (row, states[row.removal.item_id].behind) for row in rows if row.object_.public_id not in held
    ]
    accepted = [(row, behind) for row, behind in accepted if behind]  # empty unless it is accepted
    accepted.sort(key=lambda each: max(order[decision] for decision in each[1]))
    return {row.object_.public_id: (row, behind) for row, behind in accepted}
