"""Edges over all mining runs: which objects ever looked alike enough to be one thing."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import Edge, Object
from curate.verdicts import Pair, pair_of

_Left, _Right = aliased(Object), aliased(Object)


def between(session: Session, public_ids: Collection[UUID]) -> set[Pair]:
    """Pairs of these objects that some mining run, with whatever band, found inside its band."""
    rows = (
        select(_Left.public_id, _Right.public_id)
        .join(Edge, Edge.left_id == _Left.id)
        .join(_Right, _Right.id == Edge.right_id)
        .where(among(_Left.public_id, public_ids), among(_Right.public_id, public_ids))
        .distinct()
    )
    return {pair_of(left, right) for left, right in session.execute(rows)}
