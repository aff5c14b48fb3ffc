"""The canonical layout: what a subject manifest's folder holds and what its columns mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from curate.exporters.pixels import crop_frame
from curate.records import Box, SubjectRecord, SubjectView

README = "README.md"
TABLE = "metadata.parquet"


def _list(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", kind, nullable=False))


_TEXTS = _list(pa.string())
_MAYBE_TEXTS = pa.list_(pa.string())
_BOX = _list(pa.float64())
_COLUMNS: tuple[tuple[str, pa.DataType, str], ...] = (
    (
        "sample_id",
        pa.string(),
        "sha256 over the task, the target's object id and the references' ids in order",
    ),
    ("group_id", pa.string(), "the accepted set of views: one physical thing"),
    ("target_file_name", pa.string(), "the picture to generate"),
    ("reference_file_names", _TEXTS, "other views of the thing, most similar first"),
    ("caption", pa.string(), "prompt for the target"),
    ("label", pa.string(), "class name of the target from its detector or annotator"),
    ("box", _BOX, "target: x, y, width, height in pixels of the exported picture"),
    ("reference_boxes", _list(_BOX), "the same for each reference"),
    ("similarities", _list(pa.float64()), "cosine of the target to each reference"),
    ("score", pa.float64(), "detector confidence of the target, 0..1"),
    ("object_id", pa.string(), "target object"),
    ("reference_object_ids", _TEXTS, "object of each reference"),
    ("source_sha256", pa.string(), "original file of the target photo"),
    ("reference_source_sha256", _TEXTS, "original file of each reference"),
    ("licence", pa.string(), "of the target photo; null if nobody stated one"),
    ("reference_licences", _MAYBE_TEXTS, "of each reference"),
    ("consent", pa.string(), "of the people in the target photo; null if nobody stated any"),
    ("reference_consents", _MAYBE_TEXTS, "of the people in each reference"),
    ("source", pa.string(), "where the target photo comes from; null if nobody said"),
    ("reference_sources", _MAYBE_TEXTS, "where each reference comes from"),
    ("decision_ids", _TEXTS, "the decisions that accept these views"),
)
SCHEMA = pa.schema(
    [pa.field(name, kind, nullable=name in {"licence", "consent", "source"}) for name, kind, _ in _COLUMNS]
)
MEANINGS = {name: meaning for name, _, meaning in _COLUMNS}
"""What each column holds, for people."""


def sorted_table(
    records: Iterable[SubjectRecord], file_name: Callable[[SubjectView], str], crops: bool
) -> pa.Table:
    """The rows of one split by sample id. ``file_name`` gives a view's path below the split folder."""
    rows = [_row(record, file_name, crops) for record in sorted(records, key=lambda record: record.sample_id)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def table_bytes(table: pa.Table) -> bytes:
    """The parquet file of a split. Every setting is fixed, so that equal tables are equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        data_page_version="1.0",
        row_group_size=1000,  # a reader of a few rows decodes one group, not the split
    )
    return bytes(sink.getvalue().to_pybytes())


def _row(record: SubjectRecord, file_name: Callable[[SubjectView], str], crops: bool) -> dict[str, object]:
    target, references = record.target, record.references
    return {
        "sample_id": record.sample_id,
        "group_id": record.group_id,
        "target_file_name": file_name(target),
        "reference_file_names": [file_name(view) for view in references],
        "caption": record.caption,
        "label": target.label,
        "box": _xywh(target.box, crops),
        "reference_boxes": [_xywh(view.box, crops) for view in references],
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


def _xywh(box: Box, in_crop: bool) -> Sequence[float]:
    frame = crop_frame(box) if in_crop else Box(0, 0, 1, 1)
    return [box.x - frame.x, box.y - frame.y, box.width, box.height]
