"""Files that arrive in pieces: who sends them, how far they are, and when they are whole.

``.recurate/uploads/<id>.part`` holds the bytes and ``<id>.json`` says whose they are. The length of the part
*is* the offset, so that nothing else can be wrong about it: a killed process leaves the bytes it wrote, and
the next one goes on there. Bytes are only ever appended at the end that the sender knows, under a lock of the
file, so that a connection that was thought dead cannot come between.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from curate.errors import ConflictError, NotFoundError, PhotoError, RoomError
from curate.media import write_atomically
from curate.workspace import Workspace

LIMIT = 512 * 2**20  # bytes of one file; 16-bit TIFF of a 60-megapixel camera has 360 MB
SPARE = 128 * 2**20  # bytes that uploads leave free: Postgres may write to the same disk
KEPT = 7 * 24 * 60 * 60  # seconds after the last byte; then nobody comes back for it
IDLE = 60 * 60  # seconds without a byte; then an upload that has none goes, and others go if room is short
OPEN = 32  # uploads of one person on their way; the screen sends a few at once
OPEN_BYTES = 4 * 2**30  # that one person may have announced, so that nobody can keep all others out

_ID = re.compile("[0-9a-f]{32}")
_FULL = {errno.ENOSPC, errno.EDQUOT}
NO_ROOM = "The disk of the app is full, so the file was not kept: have room made, then drop it again."
TOO_MANY = "Too many of your files are on their way: let them arrive, then drop this one again."


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way, or one that has become a frame."""

    folder: Path
    upload_id: str
    """32 hex digits; made here, never by the sender."""
    owner: str
    name: str
    """As the sender calls the file. Never part of a path."""
    size: int
    """Bytes of the whole file."""
    sha256: str
    """Of the whole file, as the sender says."""
    stored: Mapping[str, Any] | None = None
    """What was told once the file was kept; its part is gone by then."""

    @property
    def part(self) -> Path:
        return self.folder / f"{self.upload_id}.part"

    @property
    def record(self) -> Path:
        return self.folder / f"{self.upload_id}.json"


def create(workspace: Workspace, owner: str, name: str, size: int, sha256: str) -> Upload:
    """Begin an upload of ``size`` bytes; what was abandoned makes room first.

    Raises:
        RoomError: the disk has no room for it beside what others are sending, or the owner is sending
            ``OPEN`` files or ``OPEN_BYTES`` already.
    """
    folder = _folder(workspace)
    upload = Upload(folder, uuid4().hex, owner, name, size, sha256)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _sweep(folder)
        _make_way(folder, owner, size)
        # Twice: the part, and the copy in the media store while the part is still there.
        if shutil.disk_usage(folder).free - _promised(folder) < 2 * size + SPARE:
            raise RoomError(NO_ROOM)
        upload.part.touch(0o600, exist_ok=False)
        _write_record(upload)
    except OSError as error:
        remove(upload)
        if is_full(error):
            raise RoomError(NO_ROOM) from error
        raise
    return upload


def find(workspace: Workspace, upload_id: str, owner: str) -> Upload:
    """The upload with this id.

    Raises:
        NotFoundError: there is none, or it is somebody else's: nobody learns which.
    """
    found = _read(_folder(workspace), upload_id) if _ID.fullmatch(upload_id) else None
    if found is None or found.owner != owner:
        raise NotFoundError("There is no such upload: drop the file again.")
    return found


def of_owner(workspace: Workspace, owner: str) -> list[Upload]:
    """What somebody has begun or handed in of late."""
    return [each for each in _all(_folder(workspace)) if each.owner == owner]


def of_photos(workspace: Workspace, digests: Collection[str]) -> list[Upload]:
    """Files on their way, or handed in of late, that are said to have the bytes of one of these photos."""
    return [each for each in _all(_folder(workspace)) if each.sha256 in digests]


def offset(upload: Upload) -> int:
    """Bytes that have arrived and would survive a power cut."""
    if upload.stored is not None:
        return upload.size
    with _opened(upload) as handle:
        os.fsync(handle)
        return os.fstat(handle).st_size


def expires(upload: Upload) -> float:
    """When the upload may be forgotten if nothing more arrives, seconds since 1970."""
    return _touched(upload) + _kept(upload.part)


def append(upload: Upload, position: int, data: bytes) -> None:
    """Write ``data`` where the part ends; ``offset`` makes it durable.

    Raises:
        ConflictError: the part does not end at ``position``, or would become longer than announced.
        RoomError: the disk is full. The upload is gone then, so that others find room.
    """
    with _opened(upload) as handle:
        if os.fstat(handle).st_size != position or position + len(data) > upload.size:
            raise ConflictError("offset", "The file goes on elsewhere: ask for its offset.")
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]


def remove(upload: Upload) -> None:
    """Forget an upload; the record goes first, because an upload without one is not there."""
    upload.record.unlink(missing_ok=True)
    upload.part.unlink(missing_ok=True)


def whole(upload: Upload) -> bytes:
    """All bytes of a finished upload, checked.

    Raises:
        ConflictError: bytes are missing.
        PhotoError: they are not those that were announced. The upload is gone then.
    """
    if offset(upload) != upload.size:
        raise ConflictError("offset", "The file has not arrived as a whole: send the rest.")
    data = upload.part.read_bytes()
    if hashlib.sha256(data).hexdigest() != upload.sha256:
        remove(upload)
        raise PhotoError("What arrived is not the file that was announced: drop it again.")
    return data


def keep(upload: Upload, stored: Mapping[str, Any]) -> None:
    """Note what became of a file that is stored elsewhere now, and let go of its part."""
    _write_record(replace(upload, stored=stored))
    upload.part.unlink(missing_ok=True)


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, is a disk without room."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__
    return False


@contextmanager
def _opened(upload: Upload) -> Iterator[int]:
    """The part for appending, locked; a full disk ends the upload."""
    try:
        handle = os.open(upload.part, os.O_WRONLY | os.O_APPEND)
    except FileNotFoundError as error:
        raise NotFoundError("There is no such upload: drop the file again.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    except OSError as error:
        if is_full(error):
            remove(upload)
            raise RoomError(NO_ROOM) from error
        raise
    finally:
        os.close(handle)


def _folder(workspace: Workspace) -> Path:
    return workspace.data / "uploads"


def _all(folder: Path) -> Iterator[Upload]:
    for path in folder.glob("*.json"):
        if (found := _read(folder, path.stem)) is not None:
            yield found


def _read(folder: Path, upload_id: str) -> Upload | None:
    try:
        return Upload(folder, upload_id, **json.loads((folder / f"{upload_id}.json").read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):  # a damaged disk; one record must not keep all other people out
        return None


def _write_record(upload: Upload) -> None:
    fields = asdict(upload)
    del fields["folder"], fields["upload_id"]
    write_atomically(upload.record, json.dumps(fields).encode())


def _make_way(folder: Path, owner: str, size: int) -> None:
    """Let go of what the owner has left lying, the oldest first, until there may be ``size`` bytes more."""
    own = sorted((each for each in _all(folder) if each.owner == owner and not each.stored), key=_touched)
    while len(own) >= OPEN or sum(each.size for each in own) + size > OPEN_BYTES:
        if time.time() - _touched(own[0]) < IDLE:
            raise RoomError(TOO_MANY)
        remove(own.pop(0))


def _promised(folder: Path) -> int:
    """Bytes that are still to arrive, twice each as in ``create``."""
    return sum(2 * each.size - _length(each.part) for each in _all(folder) if each.stored is None)


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _sweep(folder: Path) -> None:
    """Remove what nobody comes back for, also what a killed process left without a record."""
    newest: dict[str, float] = {}
    for path in folder.iterdir():
        newest[path.stem] = max(newest.get(path.stem, 0.0), _modified(path))
    for stem, modified in newest.items():
        if time.time() - modified > _kept(folder / f"{stem}.part"):
            for path in folder.glob(f"{stem}*"):
                path.unlink(missing_ok=True)


def _kept(part: Path) -> int:
    """Seconds that an upload stays after the last change; one that never got a byte not long."""
    return IDLE if part.exists() and not _length(part) else KEPT


def _touched(upload: Upload) -> float:
    return max(_modified(upload.part), _modified(upload.record))


def _modified(path: Path) -> float:
    """0 if somebody else has just removed it."""
    return path.stat().st_mtime if path.exists() else 0.0
