"""What must hold of a queue, said by the votes alone, without the code that fills it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple
from uuid import UUID

from curate.database.decisions import Said
from curate.database.tables import Decision
from curate.verdicts import MARKS, Consensus

Told = Mapping[int, tuple[str, int, list[str]]]
"""State, votes wanted and voters of every queued item, by key; see ``queued.settled``."""


class Word(NamedTuple):
    """What somebody's last decision on an item says, unless it was taken back."""

    order: int
    verdict: str
    marks: Mapping[str, str]
    rules: bool
    """An adjudicator's, and no flag."""


def some_words(members: list[UUID], dice: Random) -> Said:
    """Mostly such as fit a group of ``members``."""
    marked = dice.sample(members, min(len(members), dice.choice([0, 0, 0, 1, 1, 2, 2])))
    marks = {member: dice.choice(MARKS) for member in marked}
    verdict = dice.choice(["accept", "accept", "accept", "reject", "reject", "flag"])
    return Said(verdict, {} if verdict == "flag" else marks, "because")


def check_told(
    told: Told, members: Mapping[int, set[int]], made: Sequence[Decision], consensus: Consensus
) -> None:
    """Check all that the queue tells of its items, whose objects are ``members``, against every decision."""
    words = standing_words(made)
    assert set(told) == set(members)
    for key, (state, wanted, voters) in told.items():
        said = words.get(key, {})
        assert voters == sorted(said)
        around = [
            word
            for other, theirs in members.items()
            if other != key and len(theirs & members[key]) >= 2
            for word in words.get(other, {}).values()
        ]
        fits(consensus, state, wanted, list(said.values()), around)


def standing_words(made: Sequence[Decision]) -> dict[int, dict[str, Word]]:
    """The last word of everybody on every item, of decisions in the order they were made."""
    undone = {each.undoes_id for each in made}
    words: dict[int, dict[str, Word]] = {}
    for each in made:
        if each.verdict != "undo" and each.id not in undone:
            rules = each.adjudicates and each.verdict != "flag"
            words.setdefault(each.item_id, {})[each.reviewer] = Word(each.id, each.verdict, each.marks, rules)
    return words


def fits(consensus: Consensus, state: str, wanted: int, said: list[Word], around: list[Word]) -> None:
    """Check what the queue says of an item against the words on it and on those that share pairs with it."""
    flagged = max((word.order for word in said if word.verdict == "flag"), default=0)
    ruling = max((word for word in said if word.rules), default=None)
    assert (state == "flagged") == (flagged > (ruling.order if ruling else 0))
    votes = sum(word.verdict != "flag" for word in said)
    if state in ("open", "partial"):
        assert 1 <= wanted <= consensus.needed
        assert votes < consensus.asked
    else:
        assert wanted == 0
    if state == "flagged":
        return
    if ruling is not None:
        if all(word.order < ruling.order for word in around if word.rules):
            assert state == {"accept": "accepted", "reject": "rejected"}[ruling.verdict]
        return
    if around:
        return
    if votes < consensus.needed:
        assert (state, wanted) == ("open", consensus.needed - votes)
    # No ruling, no flag, and nobody judged its pairs elsewhere: its own votes alone explain its state.
    unmarked = not any(word.marks for word in said)
    unanimous = len({(word.verdict, tuple(word.marks.items())) for word in said}) == 1
    if unmarked or unanimous:
        assert state == by_count(consensus, Counter(word.verdict for word in said))


def by_count(consensus: Consensus, votes: Counter[str]) -> str:
    """What votes that agree or differ as a whole make of an item."""
    agreed = [verdict for verdict in ("accept", "reject") if votes[verdict] >= consensus.needed]
    if len(agreed) == 1:
        return f"{agreed[0]}ed"
    return "disputed" if agreed or votes.total() >= consensus.asked else "open"
