"""What decisions make of the removals of one object, which stand against each other. Pure; no I/O.

Words on one removal settle as those on a pair do, see ``curate.pair_verdicts``. One accepted removal is
all that an object needs, so the others are not asked about any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from curate.pair_verdicts import ACCEPT, FLAG, Word, settle_pair
from curate.verdicts import ACCEPTED, DISPUTED, FLAGGED, OPEN, REJECTED, Consensus

_WAITS_FOR_NOBODY = (FLAGGED, ACCEPTED)
"""States of one removal in which nobody is asked about its siblings."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One removal by all that people say of it now."""

    state: str
    """``open``, ``accepted``, ``rejected``, ``disputed`` or ``flagged``."""
    wanted: int
    """How many more people should look at it, as far as it alone is concerned."""
    said: Mapping[str, str]
    """Verdict that stands, by person."""
    ruled: bool
    """Whether an adjudicator's word is among them."""


def judged(words: Collection[Word], consensus: Consensus) -> Judged:
    """What the standing words on one removal make of it; automatic policies count where no person spoke."""
    state = settle_pair(words, consensus, with_automatic=True).name
    said = {word.reviewer: word.verdict for word in words if not word.automatic}
    votes = sum(verdict != FLAG for verdict in said.values())
    ruled = any(word.adjudicates for word in words)
    return Judged(state, max(1, consensus.needed - votes) if state == OPEN else 0, said, ruled)


def state_of_case(removals: Sequence[Judged], consensus: Consensus) -> str:
    """Where the removals of one object stand together.

    A flag holds the whole object until an adjudicator has ruled: it may be about the photo or the object.
    Where as many people as are asked have spoken and none of them is left to ask, but each accepts another
    removal, the object is in dispute although no removal is. It also is while an adjudicator who has rejected
    one has said nothing of the others: nobody else can settle what was brought before them.
    """
    state = _best(removals)
    if state == OPEN and (_is_ruled(removals) or len(done_with(removals)) >= consensus.asked):
        return DISPUTED
    return state


def votes_wanted(removals: Sequence[Judged], consensus: Consensus) -> int:
    """How many people may look at the removals of one object now, so that none is asked about too often."""
    best = _best(removals)
    if best in _WAITS_FOR_NOBODY or best != state_of_case(removals, consensus):
        return 0
    return min((each.wanted for each in removals if each.wanted), default=0)


def wanted_from(removals: Sequence[Judged], reviewer: str) -> list[bool]:
    """Of which removals of one object the reviewer's vote is wanted.

    Of none if the reviewer has accepted one of them, unless the others rejected that one since.
    """
    content = any(each.said.get(reviewer) == ACCEPT and each.state != REJECTED for each in removals)
    if content or _is_ruled(removals) or _best(removals) in _WAITS_FOR_NOBODY:
        return [False] * len(removals)
    return [each.wanted > 0 and reviewer not in each.said for each in removals]


def to_rule_on(removals: Sequence[Judged]) -> list[bool]:
    """Which removals of an object in dispute an adjudicator is asked about: of all that are open if none is
    disputed or flagged itself."""
    waiting = [each.state in (DISPUTED, FLAGGED) for each in removals]
    return waiting if any(waiting) else [each.state == OPEN for each in removals]


def done_with(removals: Sequence[Judged]) -> list[str]:
    """People who spoke and have nothing more to say now, sorted."""
    people = {reviewer for each in removals for reviewer in each.said}
    return sorted(reviewer for reviewer in people if not any(wanted_from(removals, reviewer)))


def _is_ruled(removals: Collection[Judged]) -> bool:
    return any(each.ruled for each in removals)


def _best(removals: Collection[Judged]) -> str:
    states = {each.state for each in removals}
    return next((state for state in (FLAGGED, ACCEPTED, DISPUTED, OPEN) if state in states), REJECTED)
