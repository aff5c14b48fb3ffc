"""Acceptances that say no to all views that were new: what X means where views joined an accepted group.

They are stored as what they are about the whole group, an acceptance that sets the new views apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from curate.database import review_items
from curate.database.among import among
from curate.database.states import FLAG
from curate.database.tables import Decision, ReviewMember
from curate.verdicts import SECOND

_Undo = aliased(Decision)


def rejected_new_views(session: Session, made: Iterable[Decision]) -> dict[int, int]:
    """How many views were new to an accepted group, by the key of each decision that kept none of them.

    Such a decision keeps nothing but what was accepted before.
    """
    asked = [each for each in made if _sets_apart(each)]
    if not asked:
        return {}
    before = _decided_groups_like(session, {each.item_id for each in asked})
    items = {each.item_id for some in before.values() for each in some} | set(before)
    members = {item: frozenset(review_items.members(session, item)) for item in items}
    grown = [each for each in asked if each.item_id in before]
    counts = {each.id: _rejected(each, before[each.item_id], members) for each in grown}
    return {key: count for key, count in counts.items() if count}


def _sets_apart(made: Decision) -> bool:
    return made.verdict == "accept" and bool(made.marks) and SECOND not in made.marks.values()


def _decided_groups_like(session: Session, items: Collection[int]) -> Mapping[int, list[Decision]]:
    """Decisions on other groups with a member of each of these, newest first, but those that were undone."""
    mine, other = aliased(ReviewMember), aliased(ReviewMember)
    shared = (
        select(mine.item_id, other.item_id.label("other_id"))
        .join(other, other.object_id == mine.object_id)
        .where(among(mine.item_id, items), other.item_id != mine.item_id)
        .distinct()
        .subquery()
    )
    rows = (
        select(shared.c.item_id, Decision)
        .join(Decision, Decision.item_id == shared.c.other_id)
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(Decision.verdict.not_in(("undo", FLAG)), _Undo.undoes_id.is_(None))
        .order_by(Decision.id.desc())
    )
    found: dict[int, list[Decision]] = defaultdict(list)
    for item, made in session.execute(rows):
        found[item].append(made)
    return found


def _rejected(made: Decision, before: Iterable[Decision], members: Mapping[int, frozenset[UUID]]) -> int:
    """How many members are new since the latest of ``before`` that kept all that is kept now, or 0."""
    kept = _kept(made, members)
    for each in _acceptances(each for each in before if each.id < made.id):
        new = members[made.item_id] - members[each.item_id]
        if new and new.isdisjoint(kept) and kept <= _kept(each, members):
            return len(new)
    return 0


def _acceptances(before: Iterable[Decision]) -> Iterator[Decision]:
    """The newest decision on each group that everybody who decided on it accepted at last."""
    latest: dict[int, dict[tuple[str, str], Decision]] = defaultdict(dict)
    for each in before:
        latest[each.item_id].setdefault((each.reviewer, each.reviewer_kind), each)
    for said in latest.values():
        if all(each.verdict == "accept" for each in said.values()):
            yield next(iter(said.values()))


def _kept(made: Decision, members: Mapping[int, frozenset[UUID]]) -> frozenset[UUID]:
    return members[made.item_id].difference(map(UUID, made.marks))
