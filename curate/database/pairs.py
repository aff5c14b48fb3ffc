"""Counterfactual pairs: two frames under a name, and which pair took the place of which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import ScalarSelect, Select, Text, case, cast, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from curate.database import object_names
from curate.database.among import among
from curate.database.frames import KnownFrame, living_frames
from curate.database.tables import FrameSender, Pair, PairSuccession, Photo, ReviewItem, Shoot
from curate.errors import DecisionError, NotFoundError

# Fixed for all time, like the namespace of objects.
PAIR_NAMESPACE = UUID("e0a0c9a6-2f2c-5b19-8f0d-6f1d1c1a7b04")
KIND = "pair"

_Factual, _Counterfactual = aliased(Photo), aliased(Photo)
_NewItem, _New = aliased(ReviewItem), aliased(Pair)


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """One frame of a pair."""

    sha256: str
    name: str
    """What the sender called the file."""
    width: int
    height: int


class PairRow(NamedTuple):
    """A pair with what belongs to it."""

    public_id: UUID
    pair: Pair
    shoot: Shoot
    factual: FrameFacts
    counterfactual: FrameFacts
    superseded_by: UUID | None
    object_name: str | None
    """What its object is called now."""


class Succession(NamedTuple):
    """``new`` took the place of ``old``."""

    old: UUID
    new: UUID
    by: str
    at: datetime


def pair_id(factual_sha256: str, counterfactual_sha256: str) -> UUID:
    """Public id of a pair and of its review item: the same two frames are the same pair everywhere."""
    return uuid5(PAIR_NAMESPACE, f"{factual_sha256}/{counterfactual_sha256}")


def record(
    session: Session,
    factual: KnownFrame,
    counterfactual: KnownFrame,
    *,
    shoot_id: int,
    kind: str,
    object_name: str | None,
    by: str,
) -> bool:
    """Store a pair; False if it is here already, and then nothing changes."""
    public_id = pair_id(factual.sha256, counterfactual.sha256)
    item = insert(ReviewItem).values(public_id=public_id, kind=KIND)
    session.execute(item.on_conflict_do_nothing())
    row = insert(Pair).values(
        item_id=select(ReviewItem.id).where(ReviewItem.public_id == public_id).scalar_subquery(),
        factual_id=factual.key,
        counterfactual_id=counterfactual.key,
        shoot_id=shoot_id,
        kind=kind,
        object_name=object_name,
        handed_in_by=by,
    )
    return session.scalar(row.on_conflict_do_nothing().returning(Pair.id)) is not None


def name_object(session: Session, key: int, object_name: str) -> bool:
    """Name the object of a pair that has no name yet; False if it has one, which stays."""
    nameless = update(Pair).where(Pair.id == key, Pair.object_name.is_(None))
    return session.scalar(nameless.values(object_name=object_name).returning(Pair.id)) is not None


def find(session: Session, prefix: str, viewer: str | None = None) -> PairRow:
    """The pair whose public id starts with ``prefix``.

    Raises:
        NotFoundError: there is none that the viewer may see, or several, or a frame of it was taken down.
    """
    starts = cast(ReviewItem.public_id, Text).startswith(prefix.lower(), autoescape=True)
    found = session.execute(_rows(viewer).where(starts, *living_frames()).limit(2)).all()
    if len(found) > 1:
        raise NotFoundError(f"Several pairs start with {prefix!r}: type more of the id.")
    if not found:
        if session.execute(_rows(viewer).where(starts).limit(1)).first():
            raise NotFoundError(f"A photo of the pair {prefix} was taken down, and the pair with it.")
        raise NotFoundError(f"There is no pair {prefix!r}: type `curate pairs list`.")
    return _row(*found[0])


def every(
    session: Session, viewer: str | None = None, shoot: UUID | None = None, *, taken_down: bool = False
) -> list[PairRow]:
    """All pairs that the viewer may see, newest first, superseded ones too.

    Args:
        taken_down: Those with a frame that was taken down, too.
    """
    rows = _rows(viewer).order_by(Pair.id.desc())
    if not taken_down:
        rows = rows.where(*living_frames())
    if shoot is not None:
        rows = rows.where(Shoot.public_id == shoot)
    return [_row(*row) for row in session.execute(rows)]


def supersede(session: Session, old: UUID, new: UUID, by: str) -> None:
    """Let ``new`` take the place of ``old``; nothing happens if it did already.

    Raises:
        DecisionError: another pair took that place, or the place of ``new``.
    """
    keys = _held(session, {old, new})
    current, newest = _next(session, keys[old]), _last(session, keys[old])
    if keys[new] in (current, newest):
        return
    if current is not None:
        now = _public_id(session, newest)
        raise DecisionError(
            f"The pair {now} took the place of {old} before: name that one instead, "
            f"on the command line with --supersedes {str(now)[:8]}."
        )
    stands = _last(session, keys[new])
    if stands not in (keys[new], keys[old]):
        now = _public_id(session, stands)
        raise DecisionError(
            f"The pair {now} took the place of {new} before: only in place of that one can it come back."
        )
    session.add(PairSuccession(old_id=keys[old], new_id=keys[new], by=by))
    session.flush()


def successions(session: Session, public_id: UUID) -> list[Succession]:
    """What took the place of this pair, and whose place it took, newest first."""
    old, old_item = aliased(Pair), aliased(ReviewItem)
    rows = (
        select(old_item.public_id, _NewItem.public_id, PairSuccession.by, PairSuccession.at)
        .join(old, old.id == PairSuccession.old_id)
        .join(old_item, old_item.id == old.item_id)
        .join(_New, _New.id == PairSuccession.new_id)
        .join(_NewItem, _NewItem.id == _New.item_id)
        .where(or_(old_item.public_id == public_id, _NewItem.public_id == public_id))
        .order_by(PairSuccession.id.desc())
    )
    return [Succession(*row) for row in session.execute(rows)]


def successor(session: Session, item_id: int) -> UUID | None:
    """The pair that stands in the place of this item's pair; None while it stands there itself."""
    rows = (
        select(_NewItem.public_id)
        .join(_New, _New.item_id == _NewItem.id)
        .join(Pair, _New.id == _successor(Pair))
    )
    return session.scalar(rows.where(Pair.item_id == item_id))


def _held(session: Session, public_ids: set[UUID]) -> dict[UUID, int]:
    """Keys of pairs whose items are held until the transaction ends: as decisions hold them, in one order."""
    rows = (
        select(ReviewItem.public_id, Pair.id)
        .join(Pair, Pair.item_id == ReviewItem.id)
        .where(among(ReviewItem.public_id, public_ids))
        .order_by(ReviewItem.id)
        .with_for_update(key_share=True, of=ReviewItem)
    )
    return {public_id: key for public_id, key in session.execute(rows)}


def _successor(pair: type[Pair]) -> ScalarSelect[int | None]:
    """Key of the pair that the latest row about ``pair`` puts in its place, if it does."""
    named = or_(PairSuccession.old_id == pair.id, PairSuccession.new_id == pair.id)
    return (
        select(case((PairSuccession.old_id == pair.id, PairSuccession.new_id)))
        .where(named)
        .order_by(PairSuccession.id.desc())
        .limit(1)
        .correlate(pair)
        .scalar_subquery()
    )


def _next(session: Session, key: int) -> int | None:
    """Key of the pair that took the place of this one, if one did."""
    return session.scalar(select(_successor(Pair)).where(Pair.id == key))


def _last(session: Session, key: int) -> int:
    """Key of the pair that stands where this one stood once, be it itself."""
    # Ends: of all pairs on the way, the one of the latest row stands.
    while (following := _next(session, key)) is not None:
        key = following
    return key


def _public_id(session: Session, key: int) -> UUID:
    rows = select(ReviewItem.public_id).join(Pair, Pair.item_id == ReviewItem.id)
    return session.scalars(rows.where(Pair.id == key)).one()


def _rows(viewer: str | None) -> Select[UUID, Pair, Shoot, Photo, str, Photo, str, UUID | None, str | None]:
    rows = (
        select(
            ReviewItem.public_id,
            Pair,
            Shoot,
            _Factual,
            _name(Pair.factual_id),
            _Counterfactual,
            _name(Pair.counterfactual_id),
            _NewItem.public_id,
            object_names.current(),
        )
        .join(Pair, Pair.item_id == ReviewItem.id)
        .join(Shoot, Shoot.id == Pair.shoot_id)
        .join(_Factual, _Factual.id == Pair.factual_id)
        .join(_Counterfactual, _Counterfactual.id == Pair.counterfactual_id)
        .outerjoin(_New, _New.id == _successor(Pair))
        .outerjoin(_NewItem, _NewItem.id == _New.item_id)
    )
    return rows if viewer is None else rows.where(Shoot.photographer == viewer)


def _name(frame: InstrumentedAttribute[int]) -> ScalarSelect[str]:
    """What whoever handed in the pair called the file, or else somebody."""
    return (
        select(FrameSender.name)
        .where(FrameSender.photo_id == frame)
        .order_by((FrameSender.sender == Pair.handed_in_by).desc(), FrameSender.sender)
        .limit(1)
        .correlate(Pair)
        .scalar_subquery()
    )


def _row(
    public_id: UUID,
    pair: Pair,
    shoot: Shoot,
    factual: Photo,
    factual_name: str,
    counterfactual: Photo,
    counterfactual_name: str,
    superseded_by: UUID | None,
    object_name: str | None,
) -> PairRow:
    frames = _facts(factual, factual_name), _facts(counterfactual, counterfactual_name)
    return PairRow(public_id, pair, shoot, *frames, superseded_by, object_name)


def _facts(photo: Photo, name: str) -> FrameFacts:
    return FrameFacts(photo.sha256, name, photo.width, photo.height)
