"""Models that looked at the photos of a workspace."""

from __future__ import annotations

from sqlalchemy.orm import Session

from curate.database import fingerprints
from curate.database.tables import Model
from curate.vision import registry


def only(session: Session, role: str, name: str | None) -> Model:
    """The one model of ``role`` that has produced something, or the one called ``name``.

    Raises:
        NotFoundError: there is none, or there are several and no name says which; if the name is that of a
            model which might have, the sentence has its command.
    """
    return fingerprints.only(session, role, name, registry.names(role))
