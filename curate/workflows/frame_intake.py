"""From finished uploads to frames of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from curate.errors import MediaError, PhotoError, PhotoSetupError, RoomError
from curate.workflows import pairs, uploads
from curate.workflows.uploads import Upload
from curate.workspace import Workspace


def finish(workspace: Workspace, upload: Upload) -> Mapping[str, Any]:
    """Make a frame of a whole upload; the fields of ``StoredFrame``. The same again tells the same.

    The file's bytes are in memory here, as they are where it is decoded.

    Raises:
        ConflictError: bytes are missing.
        PhotoError: it is not the announced file, or no photo. The upload is gone then.
        PhotoSetupError: a setting or a missing library is in the way. The bytes stay for when it is not.
        RoomError: the media store is full. The upload is gone then.
    """
    if upload.stored is not None:
        return upload.stored
    data = uploads.whole(upload)
    try:
        stored = asdict(pairs.store_frame(workspace, data, upload.name, by=upload.owner))
    except PhotoSetupError:
        raise
    except PhotoError:
        uploads.remove(upload)
        raise
    except MediaError as error:
        if not uploads.is_full(error):
            raise
        uploads.remove(upload)
        raise RoomError(uploads.NO_ROOM) from error
    uploads.keep(upload, stored)
    return stored
