"""Names of reviewers, and ids that give them away, as they leave in an export."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import media_stores
from curate.database.tables import Decision

NAMES = "names"


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Stable for all versions of one manifest, unlike those of others, and not to be guessed from outside.

    A decision's public id is derived from its item and its reviewer's name, so that whoever knows the item
    could try out names on it: it gets a pseudonym too.
    """

    key: bytes | None
    """Stays in the workspace; None lets names and ids pass as they are."""

    @classmethod
    def of(cls, session: Session, manifest: str, reviewers: str) -> Pseudonyms:
        """For a manifest by its name; ``reviewers`` is ``pseudonyms`` or ``names``."""
        if reviewers == NAMES:
            return cls(None)
        return cls(hmac.digest(media_stores.identity(session).encode(), manifest.encode(), "sha256"))

    def reviewer(self, made: Decision) -> str:
        """A policy is nobody, and keeps its name."""
        if self.key is None or made.reviewer_kind == "automatic":
            return made.reviewer
        return f"reviewer-{self._digest(made.reviewer).hex()[:12]}"

    def decision_id(self, made: Decision) -> str:
        return str(made.public_id if self.key is None else UUID(bytes=self._digest(made.public_id.hex)[:16]))

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self.key or b"", text.encode(), "sha256")
