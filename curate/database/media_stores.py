"""Which media store this database's files are in."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.tables import KnownMediaStore, Photo


def identity(session: Session) -> str:
    """The ``store-id`` of this database's media store, made up at first use; the same for all processes."""
    row = insert(KnownMediaStore).values(id=1, store_id=uuid4().hex)
    session.execute(row.on_conflict_do_nothing())
    return session.scalars(select(KnownMediaStore.store_id)).one()


def is_unused(session: Session) -> bool:
    """Whether Postgres names no stored file yet: each photo has a thumbnail, each vector a photo."""
    return not session.scalar(select(exists().where(Photo.id.is_not(None))))
