"""What people said of review items, and which of it is a reviewer's own word."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import Decision

_Undo = aliased(Decision)


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said of the item."""

    verdict: str
    marks: Mapping[str, str]
    """Members set apart by object id; see ``curate.verdicts.MARKS``."""
    reason: str | None


class Words(NamedTuple):
    """What decisions say of an item."""

    version: int
    mine: Word | None
    all: tuple[Word, ...]
    """What stands, the reviewer's own included."""


def said(session: Session, reviewer: str, item_keys: Collection[int]) -> dict[int, Words]:
    rows = (
        select(Decision, _Undo.id.is_not(None))
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.item_id, item_keys), Decision.reviewer_kind == "person")
        .order_by(Decision.id)
    )
    made: dict[int, list[tuple[Decision, bool]]] = {key: [] for key in item_keys}
    for decision, undone in session.execute(rows):
        made[decision.item_id].append((decision, undone))
    return {key: _told(reviewer, decisions) for key, decisions in made.items()}


def _told(reviewer: str, made: Sequence[tuple[Decision, bool]]) -> Words:
    """Of decisions in the order they were made."""
    verdicts = [(each, undone) for each, undone in made if each.verdict != "undo"]
    mine = [_word(each) for each, _ in verdicts if each.reviewer == reviewer]
    standing = {each.reviewer: _word(each) for each, undone in verdicts if not undone}
    version = sum(each.reviewer == reviewer for each, _ in made)
    return Words(version, mine[-1] if mine else None, tuple(standing.values()))


def _word(made: Decision) -> Word:
    return Word(made.verdict, made.marks, made.reason)
