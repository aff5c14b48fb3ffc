"""Shoots as somebody names them, which need not be there: one is made together with its first pair."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import shoots
from curate.database.tables import Shoot as Row
from curate.errors import SettingsError
from curate.workflows.people import normal_email
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


def named_shoot(
    name: str, photographer: str, *, licence: str | None = None, consent: str | None = None
) -> NamedShoot:
    """A shoot as it is kept.

    Raises:
        SettingsError: a name is empty or an id.
    """
    if not photographer.strip():
        raise SettingsError("A shoot needs a photographer: type --photographer WHO.")
    return NamedShoot(usable_name(name), named_photographer(photographer), licence, consent)


def usable_name(text: str) -> str:
    """A name of a shoot as it is kept.

    Raises:
        SettingsError: it is empty or an id.
    """
    name = text.strip()
    if not name:
        raise SettingsError("A shoot needs a name: type one that says where or of what it is.")
    if _is_id(name):
        raise SettingsError(f"{name!r} is an id and no name of a shoot: call it something else.")
    return name


def named_photographer(text: str) -> str:
    """The form in which a shoot keeps its photographer: an email address as people log in."""
    return normal_email(text.strip()) or text.strip()


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
    return _filled_in(session, shoots.ensure(session, named.photographer, named.name), named)


def fill_in(workspace: Workspace, named: NamedShoot) -> None:
    """Add what was not known of a shoot, if it is there.

    Raises:
        SettingsError: something else was said of it before.
    """
    with workspace.transaction() as session:
        shoot = shoots.named(session, named.photographer, named.name)
        if shoot is not None:
            _filled_in(session, shoot, named)


def _filled_in(session: Session, shoot: Row, named: NamedShoot) -> Row:
    shoot.licence = _agreed(shoot, "licence", named.licence)
    shoot.consent = _agreed(shoot, "consent", named.consent)
    session.flush()
    return shoot


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
