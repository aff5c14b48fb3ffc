"""What was measured on pairs, and the masks that people corrected. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import ScalarSelect, inspect, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from curate.database.among import among
from curate.database.frames import living_frames
from curate.database.tables import Pair, PairCheck, PairMask, ReviewItem

FILES = ("mask_sha256", "effect_sha256", "alpha_sha256", "change_sha256", "report_sha256")
"""Columns that name PNGs in the media store."""
MASKS = ("mask_sha256", "effect_sha256")
"""Those of what reviewers see outlined and exports hold."""


class Measurement(NamedTuple):
    """What makes two checks the same."""

    pair_id: int
    fingerprint: str
    given_mask_sha256: str | None
    includes: str | None = None
    """The fingerprint without models, if models are asked."""


def hold(session: Session, pair_id: int) -> None:
    """Keep others from measuring or deciding on the pair until the transaction ends."""
    item = select(ReviewItem.id).join(Pair, Pair.item_id == ReviewItem.id).where(Pair.id == pair_id)
    session.execute(item.with_for_update(key_share=True, of=ReviewItem)).one()


def check_id(pair: UUID, check: PairCheck) -> UUID:
    """Public id of what was measured: the same for a measurement that is stored again with the same masks."""
    parts = (check.fingerprint, check.given_mask_sha256, *(getattr(check, name) for name in FILES))
    return uuid5(pair, "/".join(map(str, parts)))


def record(session: Session, what: Measurement, values: Mapping[str, Any]) -> PairCheck:
    """Make a check the current one of its pair and mask.

    What was stored so with the same pictures, or with models besides, is kept in its place.
    """
    hold(session, what.pair_id)
    stored = find(session, what)
    if stored is None or (stored.fingerprint == what.fingerprint and not _names(stored, values)):
        return _add(session, {**what._asdict(), **values})
    return _made_current(session, stored)


def again(session: Session, stored: PairCheck) -> PairCheck:
    """Make a stored check the current one of its pair and mask, if it is not."""
    hold(session, stored.pair_id)
    return _made_current(session, stored)


def find(session: Session, what: Measurement) -> PairCheck | None:
    """The check that was stored of this measurement, or one that asked models besides; the latter first."""
    answers = or_(PairCheck.fingerprint == what.fingerprint, PairCheck.includes == what.fingerprint)
    rows = select(PairCheck).where(
        PairCheck.pair_id == what.pair_id,
        PairCheck.given_mask_sha256.is_not_distinct_from(what.given_mask_sha256),
        answers,
    )
    return session.scalar(rows.order_by(PairCheck.includes.is_(None), PairCheck.id.desc()).limit(1))


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
    """Pairs whose current check was made so, or with models besides."""
    checks = current(session).items()
    return {key for key, check in checks if fingerprint in (check.fingerprint, check.includes)}


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
    """sha256 of every PNG that checks and corrections name, with the key of a pair that it belongs to.

    Pairs with a frame that was taken down have none any more.
    """
    columns = [getattr(PairCheck, name) for name in FILES]
    living = select(Pair.id).where(*living_frames())
    checks = session.execute(select(PairCheck.pair_id, *columns).where(PairCheck.pair_id.in_(living)))
    found = {sha256: row[0] for row in checks for sha256 in row[1:]}
    masks = session.scalars(select(PairMask).where(PairMask.pair_id.in_(living)))
    return found | {each.sha256: each.pair_id for each in masks}


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


def _names(stored: PairCheck, values: Mapping[str, Any]) -> bool:
    """Whether a check names these pictures; another encoder may have made others of the same pixels."""
    return all(getattr(stored, name) == values[name] for name in FILES)


def _made_current(session: Session, stored: PairCheck) -> PairCheck:
    newest = (
        select(PairCheck.id)
        .where(
            PairCheck.pair_id == stored.pair_id,
            PairCheck.given_mask_sha256.is_not_distinct_from(stored.given_mask_sha256),
        )
        .order_by(PairCheck.id.desc())
        .limit(1)
    )
    if session.scalar(newest) == stored.id:
        return stored
    columns = (each.key for each in inspect(PairCheck).column_attrs)
    return _add(session, {key: getattr(stored, key) for key in columns if key not in ("id", "checked_at")})


def _add(session: Session, values: Mapping[str, Any]) -> PairCheck:
    made = PairCheck(**values)
    session.add(made)
    session.flush()
    session.refresh(made)
    return made
