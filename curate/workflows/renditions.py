"""Pictures for screens: thumbnails, crops of objects, and photos scaled down.

Each is made when it is first asked for and kept in the workspace. Originals are only read, and only
pixels whose file still has the sha256 it was ingested with are shown.
"""

from __future__ import annotations

import io
from uuid import UUID

from PIL import Image
from sqlalchemy.orm import Session

from curate.database import objects, photos, takedowns
from curate.database.tables import Photo
from curate.errors import MediaDamagedError, MediaMissingError, NotFoundError, PhotoError
from curate.photos.opening import open_photo
from curate.photos.reading import Upright, read_upright
from curate.photos.sources import read_photo_bytes
from curate.records import Box, PhotoRef
from curate.workflows.ingest import THUMBNAIL_SUFFIX
from curate.workflows.kept_pictures import KeptPictures
from curate.workspace import Workspace

CROP_SIDE = 480
"""Longest side of a crop, pixels."""
PHOTO_SIDES = (640, 1280, 2560)
"""Longest sides a whole photo may be asked for in, pixels."""
_MARGIN = 0.15
"""Share of the box's width and height shown around an object on each side: what it stands on is seen."""
_WEBP = {"quality": 80, "method": 1}  # method 4, Pillow's default, takes three times as long, saves a fifth
_RULES = "1"
"""Part of every kept picture's name: goes up when a number above or the drawing changes."""


class Renditions:
    """The pictures of one workspace. Safe to use from many threads.

    Every method returns WebP bytes in sRGB without EXIF and raises:
        NotFoundError: there is no such photo or object.
        PhotoError: the original is gone, changed or damaged, or was taken down.
        WorkspaceError: the picture cannot be kept.
        MediaError: the media store does not answer.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.kept = KeptPictures(workspace)

    def thumb(self, photo_sha256: str) -> bytes:
        """The thumbnail that ingest made."""
        name = f"{photo_sha256}-thumb-{_RULES}.webp"
        return self.kept.found(name, lambda: self._thumbnail(photo_sha256))

    def crop(self, object_id: UUID) -> bytes:
        """An object with a margin, inside its photo; longest side at most ``CROP_SIDE``, never enlarged."""
        name = f"{object_id}-crop-{_RULES}.webp"
        return self.kept.found(name, lambda: self._cropped(object_id))

    def photo(self, photo_sha256: str, side: int) -> bytes:
        """The whole upright photo, its longest side at most ``side`` pixels, never enlarged."""
        name = f"{photo_sha256}-{side}-{_RULES}.webp"
        return self.kept.found(name, lambda: self._scaled(photo_sha256, side))

    def _thumbnail(self, photo_sha256: str) -> bytes:
        with self._workspace.transaction() as session:
            stored = _photo(session, photo_sha256).thumbnail_sha256
        try:
            return self._workspace.media.get(stored, THUMBNAIL_SUFFIX)
        except (MediaMissingError, MediaDamagedError) as error:
            raise PhotoError("The thumbnail is missing or damaged: run `curate doctor`.") from error

    def _cropped(self, object_id: UUID) -> bytes:
        with self._workspace.transaction() as session:
            found = objects.by_public_ids(session, [object_id]).get(object_id)
            if found is None:
                raise NotFoundError(f"There is no object {object_id}.")
            photo = photos.by_keys(session, [found.photo_id])[found.photo_id]
        box = with_margin(found.box, photo.width, photo.height)
        scale = min(1.0, CROP_SIDE / max(box.width, box.height))
        return _webp(_cut(self._decoded(photo, round(scale * max(photo.width, photo.height))), box))

    def _scaled(self, photo_sha256: str, side: int) -> bytes:
        with self._workspace.transaction() as session:
            key = _photo(session, photo_sha256).id
            photo = photos.by_keys(session, [key])[key]
        return _webp(self._decoded(photo, side).picture)

    def _decoded(self, photo: PhotoRef, side: int) -> Upright:
        opened = open_photo(read_photo_bytes(photo), self._workspace.settings.max_pixels)
        return read_upright(opened, longest_side=side)


def _photo(session: Session, sha256: str) -> Photo:
    found = photos.by_sha256(session, [sha256]).get(sha256)
    if found is None:
        raise NotFoundError(f"There is no photo {sha256}.")
    if gone := takedowns.of_photos(session, [found.id]).get(found.id):
        raise PhotoError(f"This photo {gone.words}.")
    return found


def with_margin(box: Box, width: int, height: int) -> Box:
    """The part of a photo of ``width`` x ``height`` pixels that stands for an object on a screen.

    Raises:
        PhotoError: the box lies outside the photo.
    """
    beside, above = _MARGIN * box.width, _MARGIN * box.height
    wide = Box(box.x - beside, box.y - above, box.width + 2 * beside, box.height + 2 * above)
    inside = wide.clipped(width, height)
    if inside is None:
        raise PhotoError("The object lies outside its photo: detect objects in this photo again.")
    return inside


def _cut(upright: Upright, box: Box) -> Image.Image:
    """The part ``box``, in pixels of the full photo, of a photo that may be decoded smaller."""
    picture = upright.picture
    across, down = picture.width / upright.width, picture.height / upright.height
    left, top = int(box.x * across), int(box.y * down)
    width, height = _pixels(box.width * across), _pixels(box.height * down)
    return picture.crop((left, top, min(left + width, picture.width), min(top + height, picture.height)))


def _pixels(length: float) -> int:
    return min(CROP_SIDE, max(1, round(length)))


def _webp(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", **_WEBP)
    return stream.getvalue()
