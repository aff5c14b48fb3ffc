"""People who may use the shared review app, and their roles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.tables import Person


def everybody(session: Session) -> Sequence[Person]:
    """All people by email."""
    return session.scalars(select(Person).order_by(Person.email)).all()


def role_of(session: Session, email: str) -> str | None:
    """The role of a person, None if nobody is known by that email (lower case)."""
    return session.scalar(select(Person.role).where(Person.email == email))


def anybody_is(session: Session, role: str) -> bool:
    """Whether at least one person has this role."""
    return session.scalars(select(exists().where(Person.role == role))).one()


def add(session: Session, email: str, role: str) -> bool:
    """Add a person; False if the email is known already, whose role then stays as it was."""
    added = insert(Person).values(email=email, role=role).on_conflict_do_nothing().returning(Person.email)
    return session.scalar(added) is not None


def set_role(session: Session, email: str, role: str) -> bool:
    """Give a known person another role; False if there is no such person."""
    changed = update(Person).where(Person.email == email).values(role=role).returning(Person.email)
    return session.scalar(changed) is not None


def remove(session: Session, email: str) -> bool:
    """Forget a person; False if there is none. What they decided stays, signed with their email."""
    return session.scalar(delete(Person).where(Person.email == email).returning(Person.email)) is not None
