"""Shoots: a photographer's name for a set of pairs, and the rights that go with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from curate.database.tables import Pair, Shoot, ShootCorrection
from curate.errors import NotFoundError, SettingsError

# Fixed for all time, like the namespace of objects.
_NAMESPACE = UUID("5c0c7b4e-5b0a-5a3f-9f43-0a5b8e1f7d03")
# As much of an id as commands print, or more of it.
_ID = re.compile("[0-9a-f]{8}[0-9a-f-]*")

Correctable = Literal["name", "licence", "consent", "credit"]


class CountedShoot(NamedTuple):
    """A shoot, and how many pairs it has, superseded ones included."""

    shoot: Shoot
    pairs: int


def ensure(session: Session, photographer: str, name: str) -> Shoot:
    """The photographer's shoot of this name, made if there is none; held until the transaction ends.

    Raises:
        SettingsError: a shoot that had this name has another one now.
    """
    public_id = uuid5(_NAMESPACE, f"{photographer}\0{name}")
    row = insert(Shoot).values(public_id=public_id, photographer=photographer, name=name)
    # Once more only if somebody else makes it at this moment.
    while (found := named(session, photographer, name)) is None:
        session.execute(row.on_conflict_do_nothing())
    return found


def named(session: Session, photographer: str, name: str) -> Shoot | None:
    """The photographer's shoot of this name, if there is one; held until the transaction ends.

    Raises:
        SettingsError: a shoot that had this name has another one now, and none has this.
    """
    wanted = select(Shoot).where(Shoot.photographer == photographer, Shoot.name == name)
    found = session.scalars(wanted.with_for_update(key_share=True)).one_or_none()
    if found is None and (now := _renamed(session, photographer, name)):
        raise SettingsError(
            f"The shoot {name!r} of {photographer} is called {now!r} now: type that name, or another one."
        )
    return found


def _renamed(session: Session, photographer: str, name: str) -> str | None:
    """What the shoot is called now that had this name last."""
    rows = (
        select(Shoot.name)
        .join(ShootCorrection, ShootCorrection.shoot_id == Shoot.id)
        .where(
            Shoot.photographer == photographer, ShootCorrection.what == "name", ShootCorrection.old == name
        )
        .order_by(ShootCorrection.id.desc())
        .limit(1)
    )
    return session.scalar(rows)


def hold(session: Session, public_id: UUID) -> Shoot:
    """A shoot that is there, as it stands now; nobody else changes it until the transaction ends."""
    wanted = select(Shoot).where(Shoot.public_id == public_id).with_for_update(key_share=True)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def correct(session: Session, shoot: Shoot, what: Correctable, value: str | None, by: str) -> None:
    """Say otherwise what was said of a shoot that is held; what was said stays on record.

    Raises:
        SettingsError: it is to have the name of another shoot of its photographer.
    """
    old: str | None = getattr(shoot, what)
    if old == value:
        return
    session.add(ShootCorrection(shoot_id=shoot.id, what=what, old=old, new=value, by=by))
    photographer = shoot.photographer
    try:
        with session.begin_nested():
            setattr(shoot, what, value)
    except IntegrityError as error:
        raise SettingsError(
            f"{photographer} has another shoot {value!r}, and two shoots do not become one: "
            "choose another name."
        ) from error


def corrections(session: Session, public_id: UUID) -> Sequence[ShootCorrection]:
    """Everything that was said otherwise of a shoot, newest first."""
    rows = select(ShootCorrection).join(Shoot, Shoot.id == ShootCorrection.shoot_id)
    return session.scalars(rows.where(Shoot.public_id == public_id).order_by(ShootCorrection.id.desc())).all()


def every(session: Session, viewer: str | None = None) -> Sequence[CountedShoot]:
    """All shoots, or those of one photographer, newest first."""
    rows = _counted(viewer).order_by(Shoot.created_at.desc(), Shoot.public_id)
    return [CountedShoot(*row) for row in session.execute(rows)]


def find(session: Session, id_or_name: str, viewer: str | None = None) -> CountedShoot:
    """One shoot by its name, or by (the start of) its id.

    Eight digits of an id that exists are that id, and nobody captures a shoot by naming another one so; of
    shorter texts the name counts first.

    Raises:
        NotFoundError: there is none that the viewer may see, or several.
    """
    wanted = id_or_name.lower()
    starts = cast(Shoot.public_id, Text).startswith(wanted, autoescape=True)
    by_id = session.execute(_counted(viewer).where(starts)).all()
    by_name = session.execute(_counted(viewer).where(Shoot.name == id_or_name)).all()
    found = (by_id or by_name) if _ID.fullmatch(wanted) else (by_name or by_id)
    if len(found) > 1:
        raise NotFoundError(f"Several shoots are called {id_or_name!r}: type the start of one's id.")
    if not found:
        raise NotFoundError(f"There is no shoot {id_or_name!r}: type `curate pairs shoots list`.")
    return CountedShoot(*found[0])


def _counted(viewer: str | None) -> Select[Shoot, int]:
    pairs = select(func.count()).where(Pair.shoot_id == Shoot.id).scalar_subquery()
    rows = select(Shoot, pairs)
    return rows if viewer is None else rows.where(Shoot.photographer == viewer)
