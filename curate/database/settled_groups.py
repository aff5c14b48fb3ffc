"""Groups that people decided on: they stay when objects come, or new views join them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from curate.database import queue, rules, states
from curate.database.tables import Group, QueuedItem
from curate.verdicts import PARTIAL

_AT_ONCE = 2000  # items; some 10 MB of facts


class SettledGroup(NamedTuple):
    """Keys of objects."""

    members: tuple[int, ...]
    core: tuple[int, ...]
    """Members that were accepted as one thing, and those of which that is not known yet."""


def of_run(session: Session, run_id: int) -> list[SettledGroup]:
    """Groups of which two members at least are known to be one thing, in the order of their items."""
    items = select(Group.item_id).where(Group.run_id == run_id).order_by(Group.item_id)
    touched = states.touched(session, items)
    parts = (touched[start : start + _AT_ONCE] for start in range(0, len(touched), _AT_ONCE))
    return [each for part in parts for each in _settled(session, part)]


def with_new_views(session: Session) -> int:
    """Groups that want votes because views have joined others which were accepted."""
    waiting = select(QueuedItem.item_id).where(queue.wanted(), QueuedItem.state == PARTIAL)
    known = states.known(session, session.scalars(waiting).all(), rules.consensus(session))
    return sum(bool(each.new) for each in known.values())


def _settled(session: Session, items: Collection[int]) -> Iterator[SettledGroup]:
    known = states.known(session, items, rules.consensus(session))
    for each in (known[item] for item in items):
        if each.kept:
            yield SettledGroup(tuple(sorted(each.members)), tuple(sorted(each.kept | each.new)))
