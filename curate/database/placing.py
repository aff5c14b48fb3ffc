"""Writing places into a queue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import BigInteger, Boolean, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from curate.database import places
from curate.database.queue import AnyQueue


def place(
    session: Session, queued: AnyQueue, ranked: Sequence[tuple[int, float]], ordering: str, seed: int
) -> None:
    """Give these items the first places of their queue. The caller holds the queue alone.

    The others keep the place they had: whether the lot drew an item that was decided since must last.

    Args:
        ranked: Key of each item, and what ``places.serve_order`` orders it by.
    """
    keys, by = np.array([key for key, _ in ranked], np.int64), np.array([each for _, each in ranked], float)
    order, by_lot = places.serve_order(by, ordering, seed)
    placed = select(
        func.unnest(literal(keys[order].tolist(), ARRAY(BigInteger))).label("key"),
        func.unnest(literal(list(range(len(order))), ARRAY(BigInteger))).label("position"),
        func.unnest(literal(by_lot.tolist(), ARRAY(Boolean))).label("random_draw"),
    ).subquery()
    moved = update(queued).where(queued.item_id == placed.c.key)
    session.execute(
        moved.values(position=placed.c.position, random_draw=placed.c.random_draw),
        execution_options={"synchronize_session": False},  # no object of the session stands for a row
    )
    # The autovacuum looks at the table some time after this transaction; until then Postgres would plan
    # claims for an empty one.
    session.execute(text(f"ANALYZE {queued.__tablename__}"))
