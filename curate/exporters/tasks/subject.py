"""The ``subject`` task: a target photo, a caption and references of one thing (ObjectMate, section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyarrow as pa

from curate.captions import PERSON, TEMPLATE
from curate.exporters.bare_bytes import KEPT_OR_DECODED, NOTHING_BESIDE
from curate.exporters.tasks.subject_records import TASK, sample_id
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import CardWords, Column, Holdings, Row, SizeOf, Task, listed
from curate.plain_text import is_one_line, is_seen

_SOURCE = re.compile(rf"{PERSON}|{TEMPLATE}|[0-9a-f]{{64}}")
_TEXTS = listed(pa.string())
_MAYBE_TEXTS = pa.list_(pa.string())
_BOX = listed(pa.float64())
_COLUMNS = (
    Column(
        "sample_id",
        pa.string(),
        "sha256 over the task, the target's object id and the references' ids in order",
    ),
    Column("group_id", pa.string(), "the accepted set of views: one physical thing"),
    Column("target_file_name", pa.string(), "the picture to generate"),
    Column("reference_file_names", _TEXTS, "other views of the thing, most similar first"),
    Column("caption", pa.string(), "prompt for the target"),
    Column(
        "caption_source",
        pa.string(),
        "who says so: a `person`, the fingerprint of a captioner, or a `template` of the label that most "
        "views of the thing have",
    ),
    Column("label", pa.string(), "class name of the target from its detector or annotator"),
    Column("box", _BOX, "target: x, y, width, height in pixels of the exported picture"),
    Column("reference_boxes", listed(_BOX), "the same for each reference"),
    Column("similarities", listed(pa.float64()), "cosine of the target to each reference"),
    Column("score", pa.float64(), "detector confidence of the target, 0..1"),
    Column("object_id", pa.string(), "target object"),
    Column("reference_object_ids", _TEXTS, "object of each reference"),
    Column("source_sha256", pa.string(), "original file of the target photo"),
    Column("reference_source_sha256", _TEXTS, "original file of each reference"),
    Column("licence", pa.string(), "of the target photo; null if nobody stated one", nullable=True),
    Column("reference_licences", _MAYBE_TEXTS, "of each reference"),
    Column(
        "consent", pa.string(), "of the people in the target photo; null if nobody stated any", nullable=True
    ),
    Column("reference_consents", _MAYBE_TEXTS, "of the people in each reference"),
    Column("source", pa.string(), "where the target photo comes from; null if nobody said", nullable=True),
    Column("reference_sources", _MAYBE_TEXTS, "where each reference comes from"),
    Column("decision_ids", _TEXTS, "the decisions that accept these views"),
)
_PER_REFERENCE = (
    "reference_boxes",
    "reference_object_ids",
    "reference_source_sha256",
    "reference_licences",
    "reference_consents",
    "reference_sources",
    "similarities",
)
# Boxes are floats and borders whole numbers: what a detector clips may miss by a rounding error.
_TOLERANCE = 0.01


def holdings(row: Row) -> Holdings:
    """Group and photos may be in one split only."""
    photos = [row["source_sha256"], *row["reference_source_sha256"]]
    licences = [row["licence"], *row["reference_licences"]]
    things = (("group", row["group_id"]), *(("photo", photo) for photo in photos))
    return Holdings(things, dict(zip(photos, licences, strict=False)))  # a row that is not even is refused


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    if row["sample_id"] != sample_id(row["object_id"], row["reference_object_ids"]):
        yield "has an id that does not follow from its objects"
    yield from caption_faults(row)
    yield from view_faults(row, size_of)


def caption_faults(row: Row) -> Iterator[str]:
    """What is wrong with the prompt of a row."""
    if not _SOURCE.fullmatch(row["caption_source"]):
        yield "has a caption from neither a person nor a captioner nor the template"
    if not (is_one_line(row["caption"]) and is_seen(row["caption"])):
        yield "has a caption that is not one line of words"


def view_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    """What is wrong with a target and its references, whose pictures are all there."""
    references = len(row["reference_file_names"])
    if not references or any(len(row[column]) != references for column in _PER_REFERENCE):
        yield "has columns of different length for its references"
        return
    if len({row["source_sha256"], *row["reference_source_sha256"]}) <= references:
        yield "uses a photo twice"
    names = [row["target_file_name"], *row["reference_file_names"]]
    for name, box in zip(names, [row["box"], *row["reference_boxes"]], strict=True):
        if not box_is_inside(box, size_of(name)):
            yield f"has a box outside of {name}"


def box_is_inside(box: Sequence[float], size: tuple[int, int]) -> bool:
    """Whether x, y, width, height is a box in a picture of width and height ``size``."""
    if len(box) != 4:
        return False
    x, y, width, height = box
    fits = x + width <= size[0] + _TOLERANCE and y + height <= size[1] + _TOLERANCE
    return fits and x >= -_TOLERANCE and y >= -_TOLERANCE and width > 0 and height > 0


def _facts(row: Row) -> Iterator[tuple[str, int]]:
    yield "references", len(row["reference_file_names"])


def _summary(tally: Tally) -> str:
    lengths = tally.of("references")
    fewest, most = min(lengths), max(lengths)
    return (
        f"{tally.records} training samples for subject-driven generation. Each is a target photo, a caption "
        f"and {most if fewest == most else f'{fewest} to {most}'} reference photos of the same physical "
        "thing, found by how alike its views are and accepted by a decision on record."
    )


SUBJECT = Task(
    name=TASK,
    columns=_COLUMNS,
    holdings=holdings,
    row_faults=_row_faults,
    card=CardWords(
        category="text-to-image",
        tag="subject-driven-generation",
        facts=_facts,
        summary=_summary,
        counts="Groups of views: {groups}. Photos: {photos}. No photo and no group is in two splits.",
        loaded="`target` and `reference` come as pictures; all other columns as they stand below.",
        rights=(
            "A record stands under the licences of all its photos. What the people in them agreed to stands "
            "in `consent` and `reference_consents`, as it was stated when the photos were taken in."
        ),
        making=(f"Whole photos: {KEPT_OR_DECODED} {NOTHING_BESIDE}"),
        limits=(
            "Groups are found by how alike views are: objects that a detector missed, or that look different "
            "from another side, are not in them, and mass-produced things count as one thing though they are "
            "many. Boxes are a detector's or an annotator's. Near-duplicates are found by a perceptual hash "
            "of the whole photo: one that was cropped strongly can stand in another split unnoticed."
        ),
    ),
    nothing="Nothing is approved for export: accept groups with `curate decide` first.",
)
