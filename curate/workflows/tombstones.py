"""What was taken down must not come back unnoticed: asked of every photo that comes in.

The same bytes are refused, and so are the same pixels, whatever the file says beside them. A photo that only
looks like one that was taken down, or like its mirror image, is let in with a failure that says so, because
the frames of one tripod look alike too and the hash cannot tell which of them was meant. Crops, and copies
that lie on their side, are not noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from curate.database import failures, takedowns
from curate.database.takedowns import Tombstone
from curate.errors import PhotoError
from curate.photos.pixel_hash import MIRRORED, pixel_hash
from curate.records import PhotoFacts

STAGE = "takedown"
"""In ``failures``, of photos that look like one that was taken down."""
ALIKE = 6
"""Most bits by which the 64-bit hashes of two photos differ that look the same; as when mining."""
_LIKENESS = ((0, ALIKE, "looks like"), (MIRRORED, 10, "looks like the mirror image of"))
"""What is turned over of a hash, most bits by which the rest differs, and what to call it."""


class Tombstones:
    """All of them as they are now; no takedown may run while this is used (``Claims.share_writing``)."""

    def __init__(self, session: Session, max_pixels: int) -> None:
        self._stones = takedowns.every(session)
        self._by_bytes = {each.sha256: each for each in self._stones}
        self._max_pixels = max_pixels

    def refusal(self, sha256: str) -> str | None:
        """Why these bytes may not come in, if they may not."""
        found = self._by_bytes.get(sha256)
        return f"This photo {found.words} and cannot come back: leave it out." if found else None

    def refusal_of(self, facts: PhotoFacts, read: Callable[[], bytes]) -> str | None:
        """Why this photo may not come in, if it may not. Only one of equal size is decoded in full.

        That it looks alike is not asked for: of noise and plain walls the perceptual hash differs from format
        to format.

        Args:
            facts: What was found out about it.
            read: Gives its bytes; may raise ``PhotoError``.
        """
        if why := self.refusal(facts.sha256):
            return why
        equal = {
            each.pixels_sha256: each
            for each in self._stones
            if each.pixels_sha256 and each.size == (facts.width, facts.height)
        }
        try:
            found = equal.get(pixel_hash(read(), self._max_pixels)) if equal else None
        except PhotoError:
            return None  # it is gone by now: as it looks like the other, whoever ingested it is warned
        if found is None:
            return None
        return (
            f"This photo has the pixels of {found.sha256[:12]}, which {found.words}, in another file, and "
            "cannot come back: leave it out."
        )

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
        for turned, most, like in _LIKENESS:
            for stone in self._stones:
                if _distance(stone, perceptual_hash ^ turned) <= most:
                    return (
                        f"It was taken in, and {like} the photo {stone.sha256[:12]} that {stone.words}: "
                        "if it is the same picture, type `curate takedown` with its path."
                    )
        return None


def _distance(stone: Tombstone, perceptual_hash: int) -> int:
    return (stone.perceptual_hash ^ perceptual_hash).bit_count()
