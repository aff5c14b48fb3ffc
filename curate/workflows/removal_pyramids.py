"""Photos, outputs and their differences as pyramids, decoded once for all who look at them for a while."""

from __future__ import annotations

from uuid import UUID

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.database import photos
from curate.database.removals import RemovalRow
from curate.errors import MediaDamagedError, MediaMissingError, NotFoundError, PhotoError
from curate.exporters.pixels import QUICK, decoded, png
from curate.photos.reading import decode
from curate.photos.sources import read_photo_bytes
from curate.records import Box, PhotoRef
from curate.workflows.kept_pictures import KeptPictures
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.pyramids import Pyramid, RecentPyramids, cut, pyramid
from curate.workspace import Workspace

DIFFERENCE_GAIN = 8
"""Differences are drawn this many times as strong: three 8-bit steps are seen on black."""
_REMEMBERED = 600_000_000  # bytes: what is shown and what is kept ready of four photos of 24 megapixels


class RemovalPyramids:
    """Those of one workspace. Safe to use from many threads, but not from makers of pictures.

    Every method raises:
        NotFoundError: there is no such photo.
        PhotoError: the original or the output is gone, changed or damaged, or the photo was taken down.
        WorkspaceError: pictures cannot be kept.
        MediaError: the media store does not answer.
    """

    def __init__(self, workspace: Workspace, kept: KeptPictures) -> None:
        self._workspace = workspace
        self._kept = kept
        self._recent = RecentPyramids(_REMEMBERED, kept.in_turn)

    def photo(self, sha256: str) -> Pyramid:
        """The whole photo."""
        ref = self._ref(sha256)
        if ref.taken_down is not None:  # asked each time: it may still be in memory
            raise PhotoError(ref.taken_down)

        def make() -> Pyramid:
            return pyramid(decode(read_photo_bytes(ref), self._workspace.settings.max_pixels))

        return self._recent.get(f"photo {sha256}", make)

    def output(self, row: RemovalRow) -> Pyramid:
        """What touches the working region: the photo with what the remover made of the region."""
        region, photo = region_of(row), self.photo(row.object_.photo_sha256)
        part = self._kept.found(region_name(picture_of(row)), lambda: self._region_alone(row))

        def make() -> Pyramid:
            pixels = photo.levels[0].pixels.copy()
            cut(pixels, region)[:] = decoded(part, self._workspace.settings.max_pixels)
            return pyramid(pixels, region)

        return self._recent.get(f"output {picture_of(row)}", make)

    def difference(self, row: RemovalRow) -> Pyramid:
        """What touches the working region: |output - photo|, ``DIFFERENCE_GAIN`` times as strong."""
        region = region_of(row)
        photo, output = self.both(row)

        def make() -> Pyramid:
            difference = cv2.absdiff(photo.part(region), output.part(region))
            drawn = np.zeros_like(photo.levels[0].pixels)
            cut(drawn, region)[:] = cv2.convertScaleAbs(difference, alpha=DIFFERENCE_GAIN)  # saturates
            return pyramid(drawn, region)

        return self._recent.get(f"difference {picture_of(row)}", make)

    def both(self, row: RemovalRow) -> tuple[Pyramid, Pyramid]:
        """Photo and output."""
        return self.photo(row.object_.photo_sha256), self.output(row)

    def stored(self, sha256: str) -> NDArray[np.uint8]:
        """A stored output or mask, decoded."""
        try:
            data = self._workspace.media.get(sha256, IMAGE_SUFFIX)
        except (MediaMissingError, MediaDamagedError) as error:
            raise PhotoError("The output or a mask is missing or damaged: run `curate doctor`.") from error
        return decoded(data, self._workspace.settings.max_pixels)

    def _region_alone(self, row: RemovalRow) -> bytes:
        """As ``curate remove`` leaves it beside the output, which takes ten times as long to decode."""
        return png(cut(self.stored(row.removal.output_sha256), region_of(row)), QUICK).data

    def _ref(self, sha256: str) -> PhotoRef:
        with self._workspace.transaction() as session:
            found = photos.by_sha256(session, [sha256]).get(sha256)
            if found is None:
                raise NotFoundError(f"There is no photo {sha256}.")
            return photos.by_keys(session, [found.id])[found.id]


def picture_of(row: RemovalRow) -> str:
    """What names the pictures of a removal."""
    return picture_name(row.public_id, row.removal.output_sha256)


def picture_name(removal: UUID, output_sha256: str) -> str:
    """By id and content: a removal that was lost and made again has its old id and may look otherwise."""
    return f"{removal}-{output_sha256[:16]}"


def region_name(picture: str) -> str:
    """Under which the working region of an output is kept, a PNG."""
    return f"{picture}-region-1.png"


def region_of(row: RemovalRow) -> Box:
    """The working region, whole pixels of the upright photo."""
    return Box(row.removal.x, row.removal.y, row.removal.width, row.removal.height)
