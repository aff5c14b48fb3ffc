"""Write every picture of an export once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from curate.errors import ExportError, PhotoError
from curate.exporters.pixels import Decode, exported_crop, exported_photo
from curate.exporters.staging import make_folder, write_file
from curate.records import SubjectRecord, SubjectView

ReadPhoto = Callable[[SubjectView], bytes]
"""The original file of a view's photo; called from several threads."""
OnStep = Callable[[int, int], None]
"""Called with the number of pictures written and to write."""

# PNG encoding, hashing and fsync let go of the interpreter lock. 8 threads hold at most 8 decoded photos.
_THREADS = min(os.cpu_count() or 1, 8)


def views_of(record: SubjectRecord) -> tuple[SubjectView, ...]:
    """Target first, then the references."""
    return record.target, *record.references


@dataclass(frozen=True, slots=True)
class Pictures:
    """Makes the exported picture of a view."""

    read_photo: ReadPhoto
    decode: Decode
    crops: bool
    """Each view's box alone instead of the whole photo."""

    def key(self, view: SubjectView) -> str:
        """Views with the same key have the same picture."""
        return str(view.object_id) if self.crops else view.photo_sha256

    def write(self, view: SubjectView, split_folder: Path) -> str:
        """Write a view's picture; returns its path below the split folder."""
        data = self._read(view)
        if self.crops:
            picture = exported_crop(data, view.box, self.decode)
        else:
            picture = exported_photo(data, self.decode, has_location=view.has_location)
        name = picture.name
        make_folder((split_folder / name).parent)
        write_file(split_folder / name, picture.data)
        return name

    def _read(self, view: SubjectView) -> bytes:
        try:
            data = self.read_photo(view)
        except (OSError, PhotoError) as error:
            raise ExportError(
                f"The photo {view.uri or view.photo_sha256} cannot be read ({_reason(error)}): put it back, "
                f"or take back the decisions on the groups of object {view.object_id} with "
                "`curate decide undo GROUP`; then export again."
            ) from error
        if hashlib.sha256(data).hexdigest() != view.photo_sha256:
            raise ExportError(
                f"The photo {view.uri} has changed since it was ingested: put the old file back, "
                "or run `curate ingest` on it and review its groups anew."
            )
        return data


def _reason(error: OSError | PhotoError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error).rstrip(".")


def write_pictures(
    records: Sequence[SubjectRecord], tree: Path, pictures: Pictures, on_step: OnStep | None
) -> Mapping[UUID, str]:
    """Write the pictures of all views; returns their paths below the split folder by object id."""
    views = {view.object_id: view for record in records for view in views_of(record)}
    wanted = {
        pictures.key(view): (view, tree / record.split) for record in records for view in views_of(record)
    }
    for folder in {folder for _, folder in wanted.values()}:
        make_folder(folder)
    names: dict[str, str] = {}
    pool = ThreadPoolExecutor(_THREADS)
    try:
        written = pool.map(lambda job: pictures.write(*job), wanted.values())
        for key, name in zip(wanted, written, strict=True):
            names[key] = name
            if on_step:
                on_step(len(names), len(wanted))
    finally:
        pool.shutdown(cancel_futures=True)
    return {object_id: names[pictures.key(view)] for object_id, view in views.items()}
