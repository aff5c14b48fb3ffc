"""Statistics over similarity, computed inside Postgres: half a million edges stay where they are."""

from __future__ import annotations

from sqlalchemy import CTE, ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from curate.database.tables import Decision, Edge, MiningRun, PairFact, QueuedItem
from curate.verdicts import DIFFERENT, SAME, VARIANT


def similarities(session: Session, run: MiningRun, span: tuple[float, float], bins: int) -> list[int]:
    """Edges of a run in ``bins`` equal bins over ``span``."""
    bin_ = _bin(span, bins)
    rows = select(bin_, func.count()).where(Edge.run_id == run.id).group_by(bin_)
    found: dict[int, int] = {bin_: count for bin_, count in session.execute(rows)}
    return [found.get(n, 0) for n in range(bins)]


def judged(
    session: Session,
    run: MiningRun,
    span: tuple[float, float],
    bins: int,
    *,
    votes_needed: int,
    random_only: bool,
) -> list[tuple[int, int]]:
    """Per bin of similarity: edges that people settled as the same thing, and all that they settled.

    Another variant is not the same thing. Near-duplicates say nothing of the embedder and are left out,
    as is what is disputed.

    Args:
        random_only: Take pairs of items that the lot put into the queue, which nobody's wish for quick or
            for doubtful items has picked.
    """
    known = _settled(run, _bin(span, bins), votes_needed, random_only=random_only)
    rows = (
        select(known.c.bin, func.count().filter(known.c.relation == SAME), func.count())
        .where(known.c.relation.in_((SAME, DIFFERENT, VARIANT)))
        .group_by(known.c.bin)
    )
    found = {bin_: (same, total) for bin_, same, total in session.execute(rows)}
    return [found.get(n, (0, 0)) for n in range(bins)]


def _bin(span: tuple[float, float], bins: int) -> ColumnElement[int]:
    """0..bins-1; ``width_bucket`` puts the upper end of the span itself beyond the last bin."""
    return (func.least(func.width_bucket(Edge.similarity, *span, bins), bins) - 1).label("bin")


def _settled(run: MiningRun, bin_: ColumnElement[int], votes_needed: int, *, random_only: bool) -> CTE:
    """One relation per edge that people agree on: ``curate.verdicts.settle`` for all of them at once.

    Edges and draws are joined before anything is grouped, while Postgres can still guess how many rows there
    are: afterwards it takes thousands for one and looks each of them up by itself.
    """
    # Adjudicators speak with one voice, and it stands above the others.
    voice = case((Decision.adjudicates, ""), else_=Decision.reviewer)
    pair = (PairFact.left_id, PairFact.right_id)
    is_edge = (Edge.left_id == PairFact.left_id) & (Edge.right_id == PairFact.right_id)
    latest = (
        select(*pair, bin_, PairFact.relation, Decision.adjudicates)
        .join(Decision, Decision.id == PairFact.decision_id)
        .join(Edge, is_edge)
        .where(Decision.reviewer_kind == "person", Edge.run_id == run.id)
        .order_by(*pair, Decision.adjudicates, voice, Decision.id.desc())
        .ext(distinct_on(*pair, Decision.adjudicates, voice))
    )
    if random_only:
        latest = latest.where(tuple_(*pair).in_(_drawn_pairs()))
    said = latest.cte("latest").c
    word = (said.left_id, said.right_id, said.bin, said.relation, said.adjudicates)
    enough = or_(said.adjudicates, func.count() >= votes_needed)
    words = select(*word).group_by(*word).having(enough).cte("words").c
    ruled, agreed = words.adjudicates, ~words.adjudicates
    only = case((func.count().filter(agreed) == 1, func.max(words.relation).filter(agreed)))
    relation = func.coalesce(func.max(words.relation).filter(ruled), only).label("relation")
    edge = (words.left_id, words.right_id, words.bin)
    return select(words.bin, relation).group_by(*edge).cte("settled")


def _drawn_pairs() -> Select[int, int]:
    fact, made = aliased(PairFact), aliased(Decision)
    return (
        select(fact.left_id, fact.right_id)
        .join(made, made.id == fact.decision_id)
        .join(QueuedItem, QueuedItem.item_id == made.item_id)
        .where(QueuedItem.random_draw, made.reviewer_kind == "person")
    )
