"""Decisions on pairs: what may be said of one now, and what is settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from curate.database import pair_checks, pairs, rules
from curate.database.among import among
from curate.database.pair_checks import FILES, MASKS, check_id
from curate.database.tables import Decision, Pair, PairCheck, ReviewItem
from curate.errors import ConflictError, DecisionError
from curate.pair_verdicts import ACCEPT, NO_CHECK, PairState, Word, check_said, settle_pair
from curate.verdicts import ACCEPTED, Consensus

FAIL = "fail"

_MEASURED = ("fingerprint", *FILES)
_Undo = aliased(Decision)


def refuse_unfit(
    session: Session,
    item: ReviewItem,
    verdict: str,
    reason: str | None,
    *,
    adjudicates: bool,
    seen: UUID | None = None,
) -> PairCheck | None:
    """Refuse a verdict that cannot be given on a pair as it is now. The caller holds the item.

    Args:
        seen: Id of the check that the reviewer was shown, ``NO_CHECK`` for none; None does not ask.

    Returns:
        The current check, which the verdict is about.

    Raises:
        ConflictError: another check was shown than the current one.
        DecisionError: it lacks a reason, or the pair must not be accepted (or not by just anybody).
    """
    check_said(verdict, reason)
    key = session.scalars(select(Pair.id).where(Pair.item_id == item.id)).one()
    check = pair_checks.current(session, [key]).get(key)
    if seen not in (None, check_id(item.public_id, check) if check else NO_CHECK):
        raise ConflictError(
            "stale", "This pair was measured again meanwhile: look at it once more, then decide."
        )
    if verdict != ACCEPT:
        return check
    if (newer := pairs.successor(session, item.id)) is not None:
        raise DecisionError(f"The pair {newer} took the place of this one: decide on that one.")
    if check is None:
        raise DecisionError(
            f"This pair was not checked yet: type `curate pairs check {str(item.public_id)[:8]}`."
        )
    if check.verdict == FAIL and not (adjudicates and reason):
        missing = "--reason WHY is missing" if adjudicates else "--adjudicate --reason WHY"
        raise DecisionError(
            f"The check says: {check.sentence} Only an adjudicator may accept it all the same, with a reason "
            f"(on the command line: {missing})."
        )
    return check


def refuse_withdrawal(session: Session, item_id: int, viewer: str | None) -> None:
    """Refuse a photographer what takes an accepted pair away. The caller holds the item.

    Raises:
        DecisionError: the pair is accepted, and there is a viewer: people who judge pairs see all.
    """
    if viewer is not None and settled(session, [item_id], with_automatic=True)[item_id].name == ACCEPTED:
        raise DecisionError("This pair was accepted and stays as it is: ask a curator to change it.")


def settled(
    session: Session,
    item_ids: Collection[int],
    *,
    with_automatic: bool,
    consensus: Consensus | None = None,
    with_any_masks: bool = False,
) -> dict[int, PairState]:
    """The state of each of these pairs by the key of its item, succession aside.

    Args:
        consensus: How many must agree; None asks the rule for pairs.
        with_any_masks: Count who accepted a pair with other masks than those of its current check, too.
    """
    needed = consensus or rules.consensus(session, rules.PAIR)
    rows = session.execute(select(Pair.item_id, Pair.id).where(among(Pair.item_id, item_ids)))
    keys = {item: key for item, key in rows}
    found = pair_checks.current(session, keys.values())
    checks = {item: found[key] for item, key in keys.items() if key in found}
    words = _words(session, item_ids, checks, with_any_masks=with_any_masks)
    return {
        item: settle_pair(
            words[item],
            needed,
            check_fails=item in checks and checks[item].verdict == FAIL,
            with_automatic=with_automatic,
        )
        for item in keys
    }


def _words(
    session: Session, item_ids: Collection[int], checks: Mapping[int, PairCheck], *, with_any_masks: bool
) -> dict[int, list[Word]]:
    """Every reviewer's standing decision on each item."""
    found: dict[int, list[Word]] = defaultdict(list)
    for made, seen in standing(session, item_ids):
        current = checks.get(made.item_id)
        word = Word(
            made.reviewer,
            made.verdict,
            made.id,
            made.public_id,
            automatic=made.reviewer_kind == "automatic",
            adjudicates=made.adjudicates,
            same_masks=with_any_masks or _agree(seen, current, MASKS),
            overrules=made.adjudicates and bool(made.reason) and _agree(seen, current, _MEASURED),
        )
        found[made.item_id].append(word)
    return found


def standing(session: Session, item_ids: Collection[int]) -> Iterable[Row[Decision, PairCheck | None]]:
    """Every reviewer's latest decision that was not undone on each item, and the check it is about."""
    who = (Decision.item_id, Decision.reviewer, Decision.reviewer_kind)
    rows = (
        select(Decision, PairCheck)
        .outerjoin(PairCheck, PairCheck.id == Decision.check_id)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.item_id, item_ids), Decision.verdict != "undo", _Undo.undoes_id.is_(None))
        .ext(distinct_on(*who))
        .order_by(*who, Decision.id.desc())
    )
    return session.execute(rows)


def _agree(seen: PairCheck | None, current: PairCheck | None, columns: Collection[str]) -> bool:
    return None not in (seen, current) and all(
        getattr(seen, name) == getattr(current, name) for name in columns
    )
