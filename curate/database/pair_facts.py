"""What standing decisions on groups say of pairs of objects, derived again whenever one changes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from curate.database import review_items, standing_decisions
from curate.database.among import among
from curate.database.standing_decisions import Who
from curate.database.tables import Decision, Object, PairFact
from curate.verdicts import Fact, facts_of, pair_of

_Left, _Right = aliased(Object), aliased(Object)


def facts(session: Session, between: Collection[UUID] | None = None) -> list[Fact]:
    """The facts of all standing decisions, or those between objects of ``between``."""
    rows = (
        select(_Left.public_id, _Right.public_id, PairFact.relation, Decision)
        .join(_Left, _Left.id == PairFact.left_id)
        .join(_Right, _Right.id == PairFact.right_id)
        .join(Decision, Decision.id == PairFact.decision_id)
    )
    if between is not None:
        rows = rows.where(among(_Left.public_id, between), among(_Right.public_id, between))
    return [
        Fact(
            pair_of(left, right),
            relation,
            made.id,
            made.reviewer,
            made.reviewer_kind == "automatic",
            made.public_id,
            made.adjudicates,
        )
        for left, right, relation, made in session.execute(rows)
    ]


def overridden(session: Session, standing: Decision) -> bool:
    """Whether the same reviewer later said something else about one of the decision's pairs."""
    mine, later = aliased(PairFact), aliased(PairFact)
    other = (
        select(later.decision_id)
        .join(Decision, Decision.id == later.decision_id)
        .join(mine, (mine.left_id == later.left_id) & (mine.right_id == later.right_id))
        .where(
            mine.decision_id == standing.id,
            later.decision_id > standing.id,
            later.relation != mine.relation,
            Decision.reviewer == standing.reviewer,
            Decision.reviewer_kind == standing.reviewer_kind,
            Decision.adjudicates == standing.adjudicates,
        )
    )
    return session.scalar(select(other.exists())) or False


def derive(session: Session, item_key: int, who: Who) -> None:
    """Make the facts of this reviewer about this item those of the standing decision."""
    mine = select(Decision.id).where(Decision.item_id == item_key, *who.decided)
    session.execute(delete(PairFact).where(PairFact.decision_id.in_(mine)))
    standing = standing_decisions.last(session, who, item_key=item_key)
    if standing is None:
        return
    members = review_items.members(session, item_key)
    marks = {UUID(member): mark for member, mark in standing.marks.items()}
    rows = []
    stated = facts_of(standing.verdict, list(members), marks, ruling=standing.adjudicates)
    for (one, other), relation in stated.items():
        left, right = sorted((members[one], members[other]))
        rows.append({"decision_id": standing.id, "left_id": left, "right_id": right, "relation": relation})
    if rows:
        session.execute(insert(PairFact), rows)
