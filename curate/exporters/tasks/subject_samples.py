"""Subject records on their way to disk: their rows, and how their pictures are made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from curate.errors import ExportError, PhotoError
from curate.exporters.pixels import Decode, crop_frame, exported_crop, exported_photo, naming
from curate.exporters.tasks.task import Made, Picture, Sample
from curate.manifest_records import SubjectRecord, SubjectView
from curate.records import Box

ReadPhoto = Callable[[SubjectView], bytes]
"""The original file of a view's photo; called from several threads."""

_PHOTO = "photo"


def subject_samples(
    records: Iterable[SubjectRecord], read_photo: ReadPhoto, decode: Decode, *, crops: bool = False
) -> Iterator[Sample]:
    """Samples of ``records`` in their order, for ``write_folder``; no photo is read yet.

    Making their pictures raises ``ExportError`` if a photo cannot be read or has changed.

    Args:
        records: Each sample once; no photo and no group in two splits.
        read_photo: Gives a photo's original bytes, which are checked against the sha256 on record.
        decode: Used for photos that may not leave as they are.
        crops: Export each view's box as a PNG instead of the whole photo.
    """
    pictures = _Pictures(read_photo, decode, crops)
    return (_sample(record, pictures) for record in records)


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Makes the exported picture of a view."""

    read_photo: ReadPhoto
    decode: Decode
    crops: bool
    """Each view's box alone instead of the whole photo."""

    def of(self, view: SubjectView) -> Picture:
        key = str(view.object_id) if self.crops else view.photo_sha256
        return Picture(key, _PHOTO, partial(self._make, view))

    def _make(self, view: SubjectView) -> Made:
        data = self._read(view)
        with naming(view.uri or view.photo_sha256):
            if self.crops:
                return Made({_PHOTO: exported_crop(data, view.box, self.decode)})
            return Made({_PHOTO: exported_photo(data, self.decode)})

    def _read(self, view: SubjectView) -> bytes:
        groups = f"take back the decisions on the groups of object {view.object_id}"
        return original_bytes(view, self.read_photo, f"{groups} with `curate decide undo GROUP`")


def original_bytes(view: SubjectView, read_photo: ReadPhoto, otherwise: str) -> bytes:
    """The bytes of a view's photo, which are those on record.

    Args:
        view: Any view on the photo.
        read_photo: Gives the bytes.
        otherwise: What to do for who has lost the photo, such as ``take back ...``.

    Raises:
        ExportError: They cannot be read, or the file has changed.
    """
    try:
        data = read_photo(view)
    except (OSError, PhotoError) as error:
        raise ExportError(
            f"The photo {view.uri or view.photo_sha256} cannot be read ({_reason(error)}): put it back, "
            f"or {otherwise}; then export again."
        ) from error
    if hashlib.sha256(data).hexdigest() != view.photo_sha256:
        raise ExportError(
            f"The photo {view.uri} has changed since it was ingested: put the old file back, "
            "or run `curate ingest` on it and review what it shows anew."
        )
    return data


def _reason(error: OSError | PhotoError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error).rstrip(".")


def _sample(record: SubjectRecord, pictures: _Pictures) -> Sample:
    target, references = record.target, record.references
    values = {
        "sample_id": record.sample_id,
        "group_id": record.group_id,
        "caption": record.caption,
        "caption_source": record.caption_source,
        "label": target.label,
        "box": _xywh(target.box, pictures.crops),
        "reference_boxes": [_xywh(view.box, pictures.crops) for view in references],
        "similarities": list(record.similarities),
        "score": target.score,
        "object_id": str(target.object_id),
        "reference_object_ids": [str(view.object_id) for view in references],
        "source_sha256": target.photo_sha256,
        "reference_source_sha256": [view.photo_sha256 for view in references],
        "licence": target.licence,
        "reference_licences": [view.licence for view in references],
        "consent": target.consent,
        "reference_consents": [view.consent for view in references],
        "source": target.source,
        "reference_sources": [view.source for view in references],
        "decision_ids": list(record.decision_ids),
    }
    wanted: dict[str, Picture | Sequence[Picture]] = {
        "target_file_name": pictures.of(target),
        "reference_file_names": [pictures.of(view) for view in references],
    }
    return Sample(record.split, values, wanted)


def _xywh(box: Box, in_crop: bool) -> Sequence[float]:
    if not in_crop:
        return [box.x, box.y, box.width, box.height]
    frame = crop_frame(box)
    return [box.x - frame.x, box.y - frame.y, box.width, box.height]
