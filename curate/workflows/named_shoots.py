"""Shoots as somebody names them, which need not be there: one is made together with its first pair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import shoots
from curate.database.tables import Shoot as Row
from curate.errors import SettingsError
from curate.plain_text import one_line
from curate.workflows.people import normal_email
from curate.workflows.plain_names import plain_name
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NamedShoot:
    """A shoot by what people say of it; ``named_shoot`` makes one."""

    name: str
    photographer: str
    """An email address in lower case, as people log in, or any other name as it was typed."""
    licence: str | None = None
    """What is said of it now; None says nothing."""
    consent: str | None = None
    credit: str | None = None
    shoot: UUID | None = None
    """Which one it is, whatever it is called by now; None if there was none of this name yet."""


def named_shoot(
    name: str,
    photographer: str,
    *,
    licence: str | None = None,
    consent: str | None = None,
    credit: str | None = None,
) -> NamedShoot:
    """A shoot as it is kept.

    Raises:
        SettingsError: a name is empty, an id or no text.
    """
    if not photographer.strip():
        raise SettingsError("A shoot needs a photographer: type --photographer WHO.")
    return NamedShoot(
        usable_name(name), named_photographer(photographer), licence, consent, plain_credit(credit) or None
    )


def plain_credit(text: str | None) -> str:
    """Whom to credit, as it leaves in exports: one line of text, empty if it is not known."""
    return one_line(text or "")


def usable_name(text: str) -> str:
    """A name of a shoot as it is kept.

    Raises:
        SettingsError: it is empty, an id or no text.
    """
    name = plain_name(text, "A shoot")
    if _is_id(name):
        raise SettingsError(f"{name!r} is an id and no name of a shoot: call it something else.")
    return name


def named_photographer(text: str) -> str:
    """The form in which a shoot keeps its photographer: an email address as people log in.

    Raises:
        SettingsError: it is empty or no text.
    """
    name = plain_name(text, "A photographer")
    return normal_email(name) or name


def place_of(session: Session, shoot: UUID | NamedShoot, viewer: str | None = None) -> Row:
    """The shoot that is meant; one that is named is made if there is none.

    Raises:
        NotFoundError: there is none with this id that the viewer may see.
        SettingsError: something else was said of it before, or it has another name now.
    """
    if isinstance(shoot, NamedShoot):
        return ensure(session, shoot)
    return shoots.find(session, str(shoot), viewer).shoot


def ensure(session: Session, named: NamedShoot) -> Row:
    """The shoot of this name, made if there is none; what was not known of it is filled in.

    Raises:
        SettingsError: something else was said of it before, or it has another name now.
    """
    shoot = _standing(session, named) or shoots.ensure(session, named.photographer, named.name)
    shoot.licence = _agreed(shoot, "licence", named.licence)
    shoot.consent = _agreed(shoot, "consent", named.consent)
    shoot.credit = _agreed(shoot, "credit", named.credit)
    session.flush()
    return shoot


def settled(workspace: Workspace, named: NamedShoot) -> NamedShoot:
    """The same, with the id and the present name of the shoot if it is there; nothing is changed.

    Raises:
        SettingsError: something else was said of it before, or it has another name now.
    """
    with workspace.transaction() as session:
        shoot = _standing(session, named)
        if shoot is None:
            return named
        _agreed(shoot, "licence", named.licence)
        _agreed(shoot, "consent", named.consent)
        _agreed(shoot, "credit", named.credit)
        return replace(named, name=shoot.name, shoot=shoot.public_id)


def _standing(session: Session, named: NamedShoot) -> Row | None:
    if named.shoot is not None:
        return shoots.hold(session, named.shoot)
    return shoots.named(session, named.photographer, named.name)


def _agreed(shoot: Row, what: str, wanted: str | None) -> str | None:
    said: str | None = getattr(shoot, what)
    if None not in (said, wanted) and said != wanted:
        raise SettingsError(
            f"The shoot {shoot.name!r} has the {what} {said!r}, not {wanted!r}: name another shoot, "
            f"or mend this one with `curate pairs shoots set {str(shoot.public_id)[:8]} --{what}`."
        )
    return said or wanted


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
