"""What was measured on pairs, and the masks that people corrected. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, exists, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from curate.database.among import among
from curate.database.tables import Pair, PairCheck, PairMask

FILES = ("mask_sha256", "effect_sha256", "alpha_sha256", "change_sha256", "report_sha256")
"""Columns that name PNGs in the media store."""


class Measurement(NamedTuple):
    """What makes two checks the same."""

    pair_id: int
    fingerprint: str
    given_mask_sha256: str | None


def record(session: Session, what: Measurement, values: Mapping[str, Any]) -> PairCheck:
    """Store a check, or find the one that was stored meanwhile."""
    row = insert(PairCheck).values(**what._asdict(), **values)
    session.execute(row.on_conflict_do_nothing())
    return session.scalars(_same(what)).one()


def find(session: Session, what: Measurement) -> PairCheck | None:
    return session.scalar(_same(what))


def current(session: Session, pair_ids: Collection[int] | None = None) -> dict[int, PairCheck]:
    """The newest check of each pair among those made with its newest mask."""
    rows = (
        select(PairCheck)
        .where(PairCheck.given_mask_sha256.is_not_distinct_from(newest_mask(PairCheck.pair_id)))
        .ext(distinct_on(PairCheck.pair_id))
        .order_by(PairCheck.pair_id, PairCheck.id.desc())
    )
    if pair_ids is not None:
        rows = rows.where(among(PairCheck.pair_id, pair_ids))
    return {check.pair_id: check for check in session.scalars(rows)}


def of_pair(session: Session, pair_id: int) -> Sequence[PairCheck]:
    """All checks of a pair, newest first."""
    rows = select(PairCheck).where(PairCheck.pair_id == pair_id).order_by(PairCheck.id.desc())
    return session.scalars(rows).all()


def measured(session: Session, fingerprint: str) -> set[int]:
    """Pairs that were checked so with their newest mask."""
    made = exists().where(
        PairCheck.pair_id == Pair.id,
        PairCheck.fingerprint == fingerprint,
        PairCheck.given_mask_sha256.is_not_distinct_from(newest_mask(Pair.id)),
    )
    return set(session.scalars(select(Pair.id).where(made)))


def add_mask(session: Session, pair_id: int, sha256: str, by: str) -> None:
    """Store a corrected mask; the same one again as the newest changes nothing."""
    if session.scalar(select(newest_mask(Pair.id)).where(Pair.id == pair_id)) != sha256:
        session.add(PairMask(pair_id=pair_id, sha256=sha256, by=by))
        session.flush()


def masks(session: Session, pair_id: int) -> Sequence[PairMask]:
    """All corrected masks of a pair, newest first."""
    rows = select(PairMask).where(PairMask.pair_id == pair_id).order_by(PairMask.id.desc())
    return session.scalars(rows).all()


def files(session: Session) -> dict[str, int]:
    """sha256 of every PNG that checks and corrections name, with the key of a pair that it belongs to."""
    columns = [getattr(PairCheck, name) for name in FILES]
    checks = session.execute(select(PairCheck.pair_id, *columns))
    found = {sha256: row[0] for row in checks for sha256 in row[1:]}
    return found | {each.sha256: each.pair_id for each in session.scalars(select(PairMask))}


def newest_mask(pair_id: InstrumentedAttribute[int]) -> ScalarSelect[str]:
    """sha256 of the corrected mask that counts for a pair, NULL if nobody corrected it."""
    return (
        select(PairMask.sha256)
        .where(PairMask.pair_id == pair_id)
        .order_by(PairMask.id.desc())
        .limit(1)
        .correlate_except(PairMask)
        .scalar_subquery()
    )


def _same(what: Measurement) -> Select[PairCheck]:
    return select(PairCheck).where(
        PairCheck.pair_id == what.pair_id,
        PairCheck.fingerprint == what.fingerprint,
        PairCheck.given_mask_sha256.is_not_distinct_from(what.given_mask_sha256),
    )
