"""Tiles and outlines of removals, for a screen that zooms into them.

Each is made when it is first asked for and kept in the workspace.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from PIL import Image

from curate.database import removals
from curate.database.removals import RemovalRow
from curate.errors import NotFoundError
from curate.workflows.kept_pictures import KeptPictures
from curate.workflows.pyramids import RGB, Pyramid
from curate.workflows.removal_measuring import measures_digest
from curate.workflows.removal_outlines import outlines
from curate.workflows.removal_pyramids import RemovalPyramids, picture_of, region_of
from curate.workspace import Workspace

Encoding = tuple[str, dict[str, Any]]
"""Pillow's format and what it is told."""

# JPEG without subsampling codes squares of 8 pixels by themselves: where output and photo are equal their
# tiles are, and nothing flickers when a screen shows them in turn. WebP fits its steps to the whole tile.
_PHOTOGRAPHIC: Encoding = ("JPEG", {"quality": 92, "subsampling": 0})
_EXACT: Encoding = ("WEBP", {"lossless": True, "quality": 0, "method": 0})
_RULES = "1"
"""Part of every kept name: goes up when how something is drawn or written changes."""


class RemovalPictures:
    """Tiles of one workspace in sRGB, numbered as in ``curate.workflows.pyramids``, and outlines.

    Safe to use from many threads. Every method raises:
        NotFoundError: there is no such photo, removal or tile.
        PhotoError: the original or the output is gone, changed or damaged.
        WorkspaceError: the tile cannot be kept.
        MediaError: the media store does not answer.
    """

    def __init__(self, workspace: Workspace, kept: KeptPictures) -> None:
        self._workspace = workspace
        self._kept = kept
        self._pyramids = RemovalPyramids(workspace, kept)

    def photo(self, sha256: str, *place: int) -> bytes:
        """A tile of a photo by level, column and row, as JPEG."""
        name = _name(f"{sha256}-tile", place, "jpg")
        return self._tile(name, place, _PHOTOGRAPHIC, lambda: self._pyramids.photo(sha256))

    def output(self, removal: UUID, *place: int) -> bytes:
        """A tile of an output that touches its working region, as JPEG; elsewhere the output is the photo."""
        row = self._row(removal)
        name = _name(f"{picture_of(row)}-output", place, "jpg")
        return self._tile(name, place, _PHOTOGRAPHIC, lambda: self._pyramids.output(row))

    def difference(self, removal: UUID, *place: int) -> bytes:
        """A tile that touches the working region, as WebP without loss: black where output and photo are
        equal, as they are all outside of it; see ``removal_pyramids.DIFFERENCE_GAIN``.
        """
        row = self._row(removal)
        name = _name(f"{picture_of(row)}-difference", place, "webp")
        return self._tile(name, place, _EXACT, lambda: self._pyramids.difference(row))

    def outlines(self, removal: UUID) -> bytes:
        """JSON: the outlines of ``object``, ``mask`` and ``effect``; see ``removal_outlines.outlines``."""
        row = self._row(removal)
        name = f"{picture_of(row)}-outlines-{measures_digest()[:16]}.json"  # they say what an effect is
        return self._kept.read(name) or self._outlines(name, row)

    def _tile(
        self, name: str, place: Sequence[int], encoding: Encoding, find: Callable[[], Pyramid]
    ) -> bytes:
        if kept := self._kept.read(name):
            return kept
        level, column, row = place
        # Not in turn: it takes milliseconds, and must not wait for photos that are decoded to be kept ready.
        data = _encoded(find().tile(level, column, row), encoding)
        self._kept.keep(name, data)
        return data

    def _outlines(self, name: str, row: RemovalRow) -> bytes:
        made, region = row.removal, region_of(row)
        photo, output = (each.part(region) for each in self._pyramids.both(row))

        def make() -> bytes:
            thing, mask = (
                self._pyramids.stored(each) > 0 for each in (made.object_mask_sha256, made.mask_sha256)
            )
            return json.dumps(outlines(thing, mask, photo, output, region)).encode()

        return self._kept.found(name, make)

    def _row(self, removal: UUID) -> RemovalRow:
        with self._workspace.transaction() as session:
            found = removals.by_public_ids(session, [removal]).get(removal)
        if found is None:
            raise NotFoundError(f"There is no removal {removal}.")
        return found


def _name(picture: str, place: Sequence[int], suffix: str) -> str:
    return f"{picture}-{'-'.join(map(str, place))}-{_RULES}.{suffix}"


def _encoded(tile: RGB, encoding: Encoding) -> bytes:
    kind, options = encoding
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(tile)).save(stream, kind, **options)
    return stream.getvalue()
