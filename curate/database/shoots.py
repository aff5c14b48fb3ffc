"""Shoots: a photographer's name for a set of pairs, and the rights that go with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.tables import Pair, Shoot
from curate.errors import NotFoundError, SettingsError

# Fixed for all time, like the namespace of objects.
_NAMESPACE = UUID("5c0c7b4e-5b0a-5a3f-9f43-0a5b8e1f7d03")
# As much of an id as commands print, or more of it.
_ID = re.compile("[0-9a-f]{8}[0-9a-f-]*")


class CountedShoot(NamedTuple):
    """A shoot, and how many pairs it has, superseded ones included."""

    shoot: Shoot
    pairs: int


def ensure(session: Session, photographer: str, name: str) -> Shoot:
    """The photographer's shoot of this name, made if there is none; held until the transaction ends.

    Raises:
        SettingsError: the shoot that was begun under this name has another one now.
    """
    public_id = uuid5(_NAMESPACE, f"{photographer}\0{name}")
    row = insert(Shoot).values(public_id=public_id, photographer=photographer, name=name)
    session.execute(row.on_conflict_do_nothing())
    found = named(session, photographer, name)
    if found is None:
        now = session.scalars(select(Shoot.name).where(Shoot.public_id == public_id)).one()
        raise SettingsError(
            f"The shoot {name!r} of {photographer} is called {now!r} now: type that name, or another one."
        )
    return found


def named(session: Session, photographer: str, name: str) -> Shoot | None:
    """The photographer's shoot of this name, if there is one; held until the transaction ends."""
    wanted = select(Shoot).where(Shoot.photographer == photographer, Shoot.name == name)
    return session.scalars(wanted.with_for_update(key_share=True)).one_or_none()


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
