"""The ``benchmark`` task: quadruplets of views, each the truth once (ObjectMate, section 5).

Models are measured on it and never trained: its records stand in the split ``test`` only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from curate.exporters.tasks.subject import SUBJECT, caption_faults, holdings, view_faults
from curate.exporters.tasks.subject_records import (
    REFERENCES,
    AcceptedView,
    SkippedTarget,
    SubjectSet,
    subject_records,
)
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import Holdings, Row, SizeOf, Task

TASK = "benchmark"
SPLIT = "test"
VIEWS = REFERENCES + 1
TRAINED = "objects that may be trained on: a benchmark takes those in test only"
_OWN = {
    "sample_id": "sha256 over the task, the target's object id and the references' ids in order",
    "group_id": "the quadruplet: equal for the four records that its views are the truth of",
    "target_file_name": "the truth",
}


def benchmark_records(
    views: Sequence[AcceptedView], vectors: NDArray[np.float32], *, split: str, decision_ids: Iterable[str]
) -> SubjectSet:
    """Four records of one accepted set, or none if it has views on fewer than four photos.

    Which four of more views is drawn by the hash of their ids, so that it depends neither on how alike they
    are nor on the order of ``views``.

    Args:
        views: The accepted members, each object once.
        vectors: float32 [len(views), dimension], rows of unit length.
        split: Of the set.
        decision_ids: Public ids of the decisions that accept the set.
    """
    drawn: dict[str, int] = {}
    for row in sorted(range(len(views)), key=lambda row: _ticket(views[row].view.object_id)):
        drawn.setdefault(views[row].photo_key, row)
    rows = list(drawn.values())[:VIEWS]
    others = [each.view.object_id for row, each in enumerate(views) if row not in rows]
    if split != SPLIT:
        return _skipped(views, TRAINED)
    if len(rows) < VIEWS:
        return _skipped(views, f"objects whose thing is accepted in fewer than {VIEWS} photos")
    made = subject_records(
        [views[row] for row in rows], vectors[rows], split=split, decision_ids=decision_ids
    )
    records = [
        replace(each, sample_id=sample_id(each.target.object_id, [one.object_id for one in each.references]))
        for each in made.records
    ]
    left = (SkippedTarget(each, f"views beyond the {VIEWS} of their quadruplet") for each in sorted(others))
    return SubjectSet(tuple(sorted(records, key=lambda each: each.sample_id)), tuple(left))


def sample_id(target: UUID | str, references: Iterable[UUID | str]) -> str:
    """Hex sha256 over the task, the target's object id and its references' ids in order."""
    return hashlib.sha256("\n".join([TASK, str(target), *map(str, references)]).encode()).hexdigest()


def _ticket(object_id: UUID) -> bytes:
    return hashlib.sha256(object_id.bytes).digest()


def _skipped(views: Sequence[AcceptedView], reason: str) -> SubjectSet:
    return SubjectSet((), tuple(SkippedTarget(each.view.object_id, reason) for each in views))


def _holdings(row: Row) -> Holdings:
    return replace(holdings(row), only_in=SPLIT)


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    if row["sample_id"] != sample_id(row["object_id"], row["reference_object_ids"]):
        yield "has an id that does not follow from its objects"
    if len(row["reference_object_ids"]) != REFERENCES:
        yield f"has other than {REFERENCES} references"
    yield from caption_faults(row)
    yield from view_faults(row, size_of)


def _summary(tally: Tally) -> str:
    quadruplets = tally.records // VIEWS
    told = "1 quadruplet" if quadruplets == 1 else f"{quadruplets} quadruplets"
    return (
        f"{tally.records} cases to measure subject-driven generation with, from {told}: {VIEWS} photos of "
        "one physical thing, each the truth (`target`) once and its siblings the references. Never train on "
        "them. Accepted by decisions on record."
    )


BENCHMARK = Task(
    name=TASK,
    columns=tuple(replace(each, meaning=_OWN.get(each.name, each.meaning)) for each in SUBJECT.columns),
    holdings=_holdings,
    row_faults=_row_faults,
    card=replace(
        SUBJECT.card,
        tag="benchmark",
        summary=_summary,
        counts="Quadruplets: {groups}. Photos: {photos}.",
        limits=(
            f"{SUBJECT.card.limits} Four views are drawn of those that were accepted; views that people "
            "rejected as too unlike are missing, so the cases are easier than what is met outside."
        ),
    ),
    nothing="No quadruplet is held out: accept groups of four views, and give the split test a share.",
)
"""Columns as of ``subject``."""
