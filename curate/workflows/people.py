"""Who may use the shared review app, and as what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from curate.database import people
from curate.database.tables import Person
from curate.errors import NotFoundError, SettingsError
from curate.workspace import Workspace

PHOTOGRAPHER, CURATOR, ADJUDICATOR, ADMIN = ROLES = ("photographer", "curator", "adjudicator", "admin")

# Not a check of the address, which the login service has made: only of what was typed here.
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+")
_LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3


def normal_email(text: str) -> str | None:
    """The form an email is stored and compared in; None if ``text`` is not one.

    ASCII only: lower-casing maps other letters onto it (the Kelvin sign onto k), and two addresses must
    never become one person.
    """
    if len(text) > _LONGEST_EMAIL or not _EMAIL.fullmatch(text):
        return None
    return text.lower()


def everybody(workspace: Workspace) -> Sequence[Person]:
    """All people by email."""
    with workspace.transaction() as session:
        return people.everybody(session)


def role_of(workspace: Workspace, email: str) -> str | None:
    """The role of the person with this email, in any case; None for everybody else."""
    known = normal_email(email)
    if known is None:
        return None
    with workspace.transaction() as session:
        return people.role_of(session, known)


def add(workspace: Workspace, email: str, role: str) -> Person:
    """Let a person in.

    Raises:
        SettingsError: no email, no such role, or the person is known already.
    """
    person = Person(email=_checked_email(email), role=_checked_role(role))
    with workspace.transaction() as session:
        if not people.add(session, person.email, person.role):
            now = people.role_of(session, person.email)
            raise SettingsError(
                f"{person.email} is known already, as {now}: "
                f"type `curate people role {person.email} {person.role}` to change that."
            )
    return person


def set_role(workspace: Workspace, email: str, role: str) -> Person:
    """Give a person another role, from their next request on.

    Raises:
        SettingsError: no email or no such role.
        NotFoundError: nobody is known by that email.
    """
    person = Person(email=_checked_email(email), role=_checked_role(role))
    with workspace.transaction() as session:
        if not people.set_role(session, person.email, person.role):
            raise NotFoundError(
                f"Nobody is known as {person.email}: "
                f"type `curate people add {person.email} --role {person.role}`."
            )
    return person


def remove(workspace: Workspace, email: str) -> str:
    """Let a person in no more, from their next request on. Their decisions stay.

    Returns:
        The email as it was stored.

    Raises:
        SettingsError: no email.
        NotFoundError: nobody is known by that email.
    """
    known = _checked_email(email)
    with workspace.transaction() as session:
        if not people.remove(session, known):
            raise NotFoundError(f"Nobody is known as {known}: type `curate people list`.")
    return known


def _checked_email(text: str) -> str:
    email = normal_email(text)
    if email is None:
        raise SettingsError(f"{text!r} is no email address: type one such as ada@lab.org.")
    return email


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise SettingsError(f"There is no role {role!r}: choose from {', '.join(ROLES)}.")
    return role
