"""Decisions on pairs: what may be said of one now, and what is settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from curate.database import pair_checks, pairs, rules
from curate.database.among import among
from curate.database.tables import Decision, Pair, ReviewItem
from curate.errors import DecisionError
from curate.pair_verdicts import ACCEPT, PairState, Word, check_said, settle_pair
from curate.verdicts import Consensus

FAIL = "fail"

_Undo = aliased(Decision)


def refuse_unfit(
    session: Session, item: ReviewItem, verdict: str, reason: str | None, *, adjudicates: bool
) -> None:
    """Refuse a verdict that cannot be given on a pair as it is now. The caller holds the item.

    Raises:
        DecisionError: it lacks a reason, or the pair must not be accepted (or not by just anybody).
    """
    check_said(verdict, reason)
    if verdict != ACCEPT:
        return
    if (newer := pairs.successor(session, item.id)) is not None:
        raise DecisionError(f"The pair {newer} took the place of this one: decide on that one.")
    key = session.scalars(select(Pair.id).where(Pair.item_id == item.id)).one()
    check = pair_checks.current(session, [key]).get(key)
    if check is None:
        raise DecisionError(
            f"This pair was not checked yet: type `curate pairs check {str(item.public_id)[:8]}`."
        )
    if check.verdict == FAIL and not (adjudicates and reason):
        raise DecisionError(
            f"The check says: {check.sentence} Only an adjudicator may accept it all the same, with a reason."
        )


def settled(
    session: Session,
    item_ids: Collection[int],
    *,
    with_automatic: bool,
    consensus: Consensus | None = None,
) -> dict[int, PairState]:
    """The state of each of these pairs by the key of its item, succession aside.

    Args:
        consensus: How many must agree; None asks the rule for pairs.
    """
    needed, words = consensus or rules.consensus(session, rules.PAIR), _words(session, item_ids)
    rows = session.execute(select(Pair.item_id, Pair.id).where(among(Pair.item_id, item_ids)))
    keys = {item: key for item, key in rows}
    checks = pair_checks.current(session, keys.values())
    failing = {key for key, check in checks.items() if check.verdict == FAIL}
    return {
        item: settle_pair(words[item], needed, check_fails=key in failing, with_automatic=with_automatic)
        for item, key in keys.items()
    }


def _words(session: Session, item_ids: Collection[int]) -> dict[int, list[Word]]:
    """Every reviewer's standing decision on each item: the latest that was not undone."""
    who = (Decision.item_id, Decision.reviewer, Decision.reviewer_kind)
    rows = (
        select(Decision)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.item_id, item_ids), Decision.verdict != "undo", _Undo.undoes_id.is_(None))
        .ext(distinct_on(*who))
        .order_by(*who, Decision.id.desc())
    )
    found: dict[int, list[Word]] = defaultdict(list)
    for made in session.scalars(rows):
        automatic = made.reviewer_kind == "automatic"
        word = Word(made.reviewer, made.verdict, made.id, made.public_id, automatic, made.adjudicates)
        found[made.item_id].append(word)
    return found
