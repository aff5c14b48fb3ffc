"""What was taken down must not come back unnoticed: asked of every photo that comes in.

The same bytes are refused. A photo that only looks like one that was taken down is let in with a failure that
says so, because the frames of one tripod look alike too and the hash cannot tell which of them was meant.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from curate.database import failures, takedowns
from curate.database.takedowns import Tombstone
from curate.records import PhotoFacts

STAGE = "takedown"
"""In ``failures``, of photos that look like one that was taken down."""
ALIKE = 6
"""Most bits by which the 64-bit hashes of two photos differ that look the same; as when mining."""


class Tombstones:
    """All of them as they are now; no takedown may run while this is used (``Claims.share_writing``)."""

    def __init__(self, session: Session) -> None:
        self._stones = takedowns.every(session)
        self._by_bytes = {each.sha256: each for each in self._stones}

    def refusal(self, sha256: str) -> str | None:
        """Why these bytes may not come in, if they may not."""
        found = self._by_bytes.get(sha256)
        return f"This photo {found.words} and cannot come back: leave it out." if found else None

    def warn(self, session: Session, taken_in: Iterable[tuple[str, PhotoFacts]]) -> int:
        """Keep a failure for each new photo that looks like one that was taken down; how many there are.

        Args:
            taken_in: Where each lies, and what is known of it.
        """
        told = [(uri, why) for uri, facts in taken_in if (why := self._likeness(facts.perceptual_hash))]
        for uri, why in sorted(told):
            failures.supersede(session, STAGE, uri, why)
        return len(told)

    def _likeness(self, perceptual_hash: int) -> str | None:
        found = next((each for each in self._stones if _alike(each, perceptual_hash)), None)
        if found is None:
            return None
        return (
            f"It was taken in, and looks like the photo {found.sha256[:12]} that {found.words}: "
            "if it is the same picture, type `curate takedown` with its path."
        )


def _alike(stone: Tombstone, perceptual_hash: int) -> bool:
    return (stone.perceptual_hash ^ perceptual_hash).bit_count() <= ALIKE
