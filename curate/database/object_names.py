"""What the objects of pairs are called: the name a pair got first, and every later one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from curate.database.tables import Pair, PairObjectName


def current() -> ColumnElement[str | None]:
    """The newest name of a row of ``pairs``, NULL if nobody named its object."""
    newest = (
        select(PairObjectName.name)
        .where(PairObjectName.pair_id == Pair.id)
        .order_by(PairObjectName.id.desc())
        .limit(1)
        .correlate(Pair)
        .scalar_subquery()
    )
    return func.coalesce(newest, Pair.object_name)


def rename(session: Session, pair_ids: Collection[int], name: str, by: str) -> None:
    """Call the objects of these pairs ``name`` from now on."""
    rows = [{"pair_id": key, "name": name, "by": by} for key in sorted(pair_ids)]
    if rows:
        session.execute(insert(PairObjectName), rows)


def history(session: Session, pair_id: int) -> Sequence[PairObjectName]:
    """Every later name of the object of a pair, newest first."""
    rows = select(PairObjectName).where(PairObjectName.pair_id == pair_id).order_by(PairObjectName.id.desc())
    return session.scalars(rows).all()
