"""What decisions say about a counterfactual pair. Pure; no I/O.

People's words on a pair settle as their words on two objects do, see ``curate.verdicts``; what the checks
measured has a say besides: a pair that fails them is accepted by an adjudicator's word only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from curate.errors import DecisionError
from curate.verdicts import ACCEPTED, DISPUTED, FLAGGED, OPEN, REJECTED, Consensus, Fact, settle

ACCEPT, REJECT, FLAG = "accept", "reject", "flag"
SUPERSEDED = "superseded"
NO_CHECK = UUID(int=0)
"""Id of the check that a reviewer saw who decided on a pair before it was measured."""
PAIR_STATES = (OPEN, ACCEPTED, REJECTED, DISPUTED, FLAGGED, SUPERSEDED)

Reason = Literal[
    "camera_moved",
    "light_changed",
    "other_change",
    "object_left",
    "wrong_order",
    "blur",
    "shadow_left",
    "reflection_left",
    "residual",
    "new_object",
    "background_changed",
    "seam",
    "bad_mask",
    "other",
]
REJECT_REASONS: tuple[str, ...] = get_args(Reason)
"""A rejection begins with one of these; ``reason: in one's own words`` is as good."""

_STATES = {ACCEPT: ACCEPTED, REJECT: REJECTED, DISPUTED: DISPUTED}
_ITEM = (UUID(int=0), UUID(int=0))


@dataclass(frozen=True, slots=True)
class Word:
    """One reviewer's standing decision on a pair."""

    reviewer: str
    verdict: str
    """``accept``, ``reject`` or ``flag``."""
    order: int
    """Rises with time."""
    decision_id: UUID
    """Public id of the decision."""
    automatic: bool = False
    adjudicates: bool = False
    same_masks: bool = True
    """Whether the masks are still those that the reviewer decided on."""
    overrules: bool = False
    """Whether it is an adjudicator's, with a reason, on the very check that is current."""


@dataclass(frozen=True, slots=True)
class PairState:
    """What is known about a pair by now."""

    name: str
    """``open``, ``accepted``, ``rejected``, ``disputed`` or ``flagged``."""
    behind: frozenset[UUID]
    """The decisions that accept it, by public id; empty unless it is accepted."""


def settle_pair(
    words: Collection[Word],
    consensus: Consensus,
    *,
    check_fails: bool = False,
    with_automatic: bool = False,
) -> PairState:
    """The state that all standing decisions give a pair.

    Who accepted it with other masks has not accepted it as it is; who rejected or flagged it still does.

    Args:
        check_fails: Whether its current check says ``fail``. People who accept it are then in dispute with
            the measurement, until an adjudicator rules on that check.
    """
    words = [word for word in words if word.verdict != ACCEPT or word.same_masks]
    if _is_flagged(words):
        return PairState(FLAGGED, frozenset())
    said = [word for word in words if word.verdict != FLAG and (with_automatic or not word.automatic)]
    relations = settle(map(_fact, said), consensus, with_automatic=with_automatic)
    name = _STATES[relations[_ITEM]] if relations else OPEN
    overruled = any(word.overrules and word.verdict == ACCEPT for word in said)
    if name == ACCEPTED and check_fails and not overruled:
        return PairState(DISPUTED, frozenset())
    if name != ACCEPTED:
        return PairState(name, frozenset())
    ruled = any(word.adjudicates for word in said)
    behind = (word for word in said if word.verdict == ACCEPT and (word.adjudicates or not ruled))
    return PairState(ACCEPTED, frozenset(word.decision_id for word in behind))


def check_said(verdict: str, reason: str | None) -> None:
    """Refuse what cannot be said of a pair or removal.

    Raises:
        DecisionError: an unknown verdict, a rejection without one of the reasons, or a flag without any.
    """
    if verdict not in (ACCEPT, REJECT, FLAG):
        raise DecisionError(f"There is no verdict {verdict!r}: choose from accept, reject, flag.")
    if verdict == REJECT and reason_of(reason) is None:
        known = ", ".join(REJECT_REASONS)
        if reason and (own := reason.strip()):
            raise DecisionError(
                f"{own!r} is none of the reasons ({known}): your own words follow one of them after a colon, "
                f"as in 'other: {own}' (on the command line: --reason 'other: {own}')."
            )
        raise DecisionError(f"A rejected pair or removal needs a reason: begin it with one of {known}.")
    if verdict == FLAG and not (reason or "").strip():
        raise DecisionError("A flag needs a reason for whoever looks next: add one.")


def reason_of(text: str | None) -> str | None:
    """The reject reason that ``camera_moved`` or ``camera_moved: bumped`` begins with, None if none does."""
    word = (text or "").partition(":")[0].strip()
    return word if word in REJECT_REASONS else None


def _fact(word: Word) -> Fact:
    return Fact(
        _ITEM, word.verdict, word.order, word.reviewer, word.automatic, word.decision_id, word.adjudicates
    )


def _is_flagged(words: Collection[Word]) -> bool:
    """Whether somebody flagged the pair, and no adjudicator has ruled on it since."""
    ruled = max((word.order for word in words if word.adjudicates and word.verdict != FLAG), default=0)
    return any(word.verdict == FLAG and word.order > ruled for word in words)
