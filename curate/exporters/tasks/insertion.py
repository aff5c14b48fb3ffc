"""The ``insertion`` task: a photo, the same without its object, and references of it (ObjectMate, section 3).

The background is a remover's output that people accepted; outside its working region it is the target.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import pyarrow as pa

from curate.exporters.tasks import backgrounds
from curate.exporters.tasks.backgrounds import (
    BACKGROUND,
    MASK,
    MASK_MEANING,
    background_pixel_faults,
    background_row_faults,
)
from curate.exporters.tasks.insertion_records import PROMPT, TASK, sample_id
from curate.exporters.tasks.subject import SUBJECT, holdings, view_faults
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import CardWords, Column, Row, SizeOf, Task

_PICTURES = (
    Column(BACKGROUND, pa.string(), "the target without the object: output of a remover; PNG"),
    Column(MASK, pa.string(), "where the object is in the target, not widened"),
)
_OWN_ID = Column(
    "sample_id", pa.string(), "sha256 over the task, the target's object id, the removal and the references"
)
_VIEWS = tuple(each for each in SUBJECT.columns if each.name not in ("sample_id", *PROMPT))


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    if row["sample_id"] != sample_id(row["object_id"], row["removal_id"], row["reference_object_ids"]):
        yield "has an id that does not follow from its objects and removal"
    yield from view_faults(row, size_of)
    yield from background_row_faults(row, size_of)


def _facts(row: Row) -> Iterator[tuple[str, Hashable]]:
    yield "references", len(row["reference_file_names"])
    yield "remover", row["remover"]


def _summary(tally: Tally) -> str:
    removers, references = ", ".join(sorted(tally.of("remover"))), tally.of("references")
    return (
        f"{tally.records} training samples for object insertion. Each is a photo (`target`), the same photo "
        f"without its object (`background`, by {removers}), the object's mask and box, and "
        f"{max(references)} reference photos of the same physical thing. Views and backgrounds were accepted "
        "by decisions on record."
    )


INSERTION = Task(
    name=TASK,
    columns=(_OWN_ID, *_PICTURES, *_VIEWS, *backgrounds.COLUMNS),
    holdings=holdings,
    row_faults=_row_faults,
    pixel_faults=background_pixel_faults,
    masks={MASK: MASK_MEANING},
    card=CardWords(
        category="image-to-image",
        tag="object-insertion",
        facts=_facts,
        summary=_summary,
        counts="Groups of views: {groups}. Photos: {photos}. No photo and no group is in two splits.",
        loaded=(
            "`target`, `background`, `mask` and `reference` come as pictures; all other columns as they "
            "stand below. An insertion model gets `background`, `mask` and the references and learns to make "
            "`target`. `background` is made by a model: inside `region` it shows what might be behind the "
            "object, and traces of shadows may be left there."
        ),
        rights=SUBJECT.card.rights,
        making=(
            f"{SUBJECT.card.making} Backgrounds and masks are PNG as they were judged: outside `region` a "
            "background equals the decoded target bit for bit."
        ),
        limits=(
            f"{SUBJECT.card.limits} Backgrounds are a model's guess and may keep traces of shadows and "
            "reflections; masks are a segmenter's."
        ),
    ),
    nothing=(
        "Nothing is approved for export: accept groups, type `curate remove`, and accept removals in "
        "`curate review` or with `curate decide accept` first."
    ),
)
